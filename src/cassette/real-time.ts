const clock = performance.now.bind(performance);

/** The machine's clock, in milliseconds. Only a recording reads it, to store how long answers take. */
export function now(): number {
  return clock();
}

/** Waits for the recorded time of an answer, or until the signal is aborted. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
