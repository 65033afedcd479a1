// Saved before a test can fake the clock, because threads run in real time.
// oxlint-disable-next-line no-restricted-globals -- Only a real timer can stop code that computes forever.
const later = setTimeout;
const notLater = clearTimeout;
const afterMessages = setImmediate;

/** Calls a function after a time in real milliseconds, unless the timer is stopped or started again. */
export class ThreadTimer {
  #timer: ReturnType<typeof later> | undefined;

  /** Starts the timer. An earlier start no longer counts. */
  begin(ms: number, onEnd: () => void): void {
    this.stop();
    const timer = later(() => {
      // The thread that made the call may have been too busy to read an answer that arrived in time, so it reads the
      // waiting messages first.
      afterMessages(() => {
        if (this.#timer === timer) onEnd();
      });
    }, ms);
    this.#timer = timer;
  }

  stop(): void {
    notLater(this.#timer);
    this.#timer = undefined;
  }
}
