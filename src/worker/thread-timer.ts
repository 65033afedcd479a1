// Taken before any test can fake the clock: a thread works in real time.
// oxlint-disable-next-line no-restricted-globals -- What computes for ever can be stopped from outside only, after a real time.
const later = setTimeout;
const notLater = clearTimeout;
const afterMessages = setImmediate;

/** Calls back when a real time has passed, unless it is stopped or begins anew. */
export class ThreadTimer {
  #timer: ReturnType<typeof later> | undefined;

  /** From now on, in place of what was before. */
  begin(ms: number, onEnd: () => void): void {
    this.stop();
    const timer = later(() => {
      // This thread may have been busy itself: what has arrived meanwhile is read before the time is up.
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
