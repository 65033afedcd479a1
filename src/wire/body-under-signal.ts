/** Responses that need no watching: all of the body is here, or it ends with the signal by itself. */
const settled = new WeakSet<Response>();

/** Notes that a response needs no watching. */
export function withoutWatching(response: Response): Response {
  settled.add(response);
  return response;
}

/**
 * A response whose body ends with an error when the signal is aborted, as that of `fetch` does. A body that was made in this
 * process knows nothing of the signal of its request.
 */
export function responseUnderSignal(response: Response, signal: AbortSignal): Response {
  signal.throwIfAborted();
  const { body } = response;
  if (!body || settled.has(response)) return response;
  const reader = body.getReader();
  // Not awaited: what hangs must not hold up whoever leaves it.
  const leave = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  const over = new AbortController();
  // A reason, because making the usual one costs a stack trace.
  const isOver = 'over';
  const tied = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onAbort = () => {
          over.abort(isOver);
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
          over.abort(isOver);
          controller.close();
        } catch (error) {
          if (over.signal.aborted) return;
          over.abort(isOver);
          controller.error(error);
        }
      },
      cancel(reason) {
        over.abort(isOver);
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
