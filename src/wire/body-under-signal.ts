/**
 * A response whose body ends with an error when the signal is aborted, as that of `fetch` does. A body that was made in this
 * process knows nothing of the signal of its request.
 */
export function underSignal(response: Response, signal: AbortSignal): Response {
  const { body } = response;
  if (!body || signal.aborted) {
    signal.throwIfAborted();
    return response;
  }
  const reader = body.getReader();
  // Not awaited: what hangs must not hold up whoever leaves it.
  const leave = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  const over = new AbortController();
  const tied = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onAbort = () => {
          over.abort();
          controller.error(signal.reason);
          leave(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true, signal: over.signal });
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (over.signal.aborted) return;
          if (!done) return controller.enqueue(value);
          over.abort();
          controller.close();
        } catch (error) {
          if (over.signal.aborted) return;
          over.abort();
          controller.error(error);
        }
      },
      cancel(reason) {
        over.abort();
        leave(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(tied, { status, statusText, headers });
}

/** What a promise comes to, unless the signal is aborted before. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
