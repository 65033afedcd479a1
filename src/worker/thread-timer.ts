// Saved before a test can fake the clock: threads run in real time.
// oxlint-disable-next-line no-restricted-globals -- Only a real timer can stop code that computes forever.
const later = setTimeout;
const notLater = clearTimeout;
const afterMessages = setImmediate;

/** Calls back after a real time, unless it is stopped or started again. */
export class ThreadTimer {
  #timer: ReturnType<typeof later> | undefined;

  /** Starts the timer, in place of an earlier start. */
  begin(ms: number, onEnd: () => void): void {
    this.stop();
    const timer = later(() => {
      // This thread may have been busy, so read the messages that have arrived before the time is up.
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
