/**
 * Responses that `responseUnderSignal` returns unchanged, because their body is complete, or already ends when the
 * signal is aborted.
 */
const settled = new WeakSet<Response>();

/** Makes `responseUnderSignal` return this response unchanged. Returns the response. */
export function withoutWatching(response: Response): Response {
  settled.add(response);
  return response;
}

/**
 * A response whose body ends with an error when the signal is aborted, as with `fetch`. A body that was made in this
 * process does not react to the signal of its request by itself.
 */
export function responseUnderSignal(response: Response, signal: AbortSignal): Response {
  signal.throwIfAborted();
  const { body } = response;
  if (!body || settled.has(response)) return response;
  const reader = body.getReader();
  // The cancellation is not awaited, because a body that hangs would delay the reader that cancels it.
  const leave = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  const over = new AbortController();
  // An explicit reason, because creating the default one costs a stack trace.
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

/** Settles like the promise, but rejects with the signal's reason if the signal is aborted first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
