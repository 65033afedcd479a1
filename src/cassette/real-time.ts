/** The milliseconds of the machine's clock: how long an answer takes is a part of what is recorded. Nothing else here asks for the time. */
export function now(): number {
  return performance.now();
}

/** Waits as long as the recorded model took, where that is asked for; less where the signal is aborted. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
