/**
 * Collects what is thrown where nobody catches it, such as a promise that a tool forgot to await, so
 * that it fails the scenario it belongs to rather than ending the process with a stack trace.
 */
export class StrayErrors implements Disposable {
  #errors: unknown[] = [];
  readonly #add = (error: unknown) => this.#errors.push(error);
  /** Of those that run the command, which last as long as it does. */
  readonly #timersBefore = timerCount();

  constructor() {
    process.on('unhandledRejection', this.#add);
    process.on('uncaughtException', this.#add);
  }

  /** The errors since the last time it was asked, after all that are due have been reported. */
  async settled(): Promise<unknown[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#errors.splice(0);
  }

  /** The errors of what was left running, for as long as there is a timer, but not longer than `waitMs`. */
  async last(waitMs: number): Promise<unknown[]> {
    for (let waited = 0; waited < waitMs && timerCount() > this.#timersBefore; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return await this.settled();
  }

  [Symbol.dispose](): void {
    process.off('unhandledRejection', this.#add);
    process.off('uncaughtException', this.#add);
  }
}

function timerCount(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
