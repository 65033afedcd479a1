/** A frame of a stream of server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function frameOf(data: string): string {
  return `data: ${data}\n\n`;
}

/** The frame that ends a stream of the API. */
export const doneFrame: string = frameOf('[DONE]');

/**
 * The percentage of each frame that is held back and sent with the next frame. The percentages are uneven, so that
 * the bytes are cut at arbitrary places.
 */
const heldBack = [0, 37, 5, 61, 93, 18, 50];

/**
 * A body that takes a frame only when the reader reads, and never ahead. So frames that were not read were never
 * sent, and a fault happens exactly where it is scripted. As on a network, the bytes are cut anywhere, even within a
 * character.
 *
 * An error of `frames` breaks the body off, after all frames before the error have arrived. An abort of the signal
 * ends the body with its reason. `onCancel` is called on an abort, and when the reader leaves before the end.
 */
export function streamBody(
  frames: Iterator<string> | AsyncIterator<string>,
  onCancel: () => void = () => {},
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let rest = new Uint8Array(0);
  let count = 0;
  let isDone = false;
  const cut = (frame: string): Uint8Array => {
    const bytes = encoder.encode(frame);
    const held = Math.floor((bytes.length * heldBack[count++ % heldBack.length]!) / 100);
    const sent = new Uint8Array(rest.length + bytes.length - held);
    sent.set(rest);
    sent.set(bytes.subarray(0, bytes.length - held), rest.length);
    rest = bytes.slice(bytes.length - held);
    isDone = frame === doneFrame && held === 0;
    return sent;
  };
  let failure: { error: unknown } | undefined;
  let onAbort: (() => void) | undefined;
  const stopWatching = () => {
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  };
  const give = (controller: ReadableStreamDefaultController<Uint8Array>, next: IteratorResult<string>) => {
    if (!next.done) return controller.enqueue(cut(next.value));
    stopWatching();
    if (rest.length > 0) controller.enqueue(rest);
    controller.close();
  };
  const fail = (controller: ReadableStreamDefaultController<Uint8Array>, error: unknown) => {
    stopWatching();
    if (rest.length === 0) return controller.error(error);
    // An error discards bytes that the reader has not read yet. So the error is kept until the rest has been read.
    failure = { error };
    controller.enqueue(rest);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          failure = { error: signal?.reason };
          controller.error(signal?.reason);
          onCancel();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      },
      pull(controller) {
        if (failure) return controller.error(failure.error);
        try {
          const next = frames.next();
          if (!(next instanceof Promise)) return give(controller, next);
          return next.then(
            (item) => give(controller, item),
            (error: unknown) => fail(controller, error),
          );
        } catch (error) {
          return fail(controller, error);
        }
      },
      cancel() {
        stopWatching();
        // A client may leave at the last frame, before it reads the end of the body. It has read everything then.
        if (!isDone) onCancel();
      },
    },
    { highWaterMark: 0 },
  );
}
