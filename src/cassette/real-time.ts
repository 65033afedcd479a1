const clock = performance.now.bind(performance);

/** The milliseconds of the machine's clock: how long an answer takes is a part of what is recorded. Nothing else here asks for the time. */
export function now(): number {
  return clock();
}

/** Waits as long as the recorded model took, where that is asked for; less where the signal is aborted. */
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
