/**
 * Collects errors that are thrown and not caught, such as the rejection of a promise that a tool forgot to await.
 * They then fail the scenario that they belong to, instead of ending the process with a stack trace.
 */
export class StrayErrors implements Disposable {
  #errors: unknown[] = [];
  readonly #add = (error: unknown) => this.#errors.push(error);
  /**
   * How many timers were running when the command began. They belong to the command's caller, such as a test runner,
   * and last at least as long as the command.
   */
  readonly #timersBefore = timerCount();

  constructor() {
    process.on('unhandledRejection', this.#add);
    process.on('uncaughtException', this.#add);
  }

  /**
   * The errors since the last call. Waits for a turn of the event loop, so that rejections that Node has not reported
   * yet are included.
   */
  async settled(): Promise<unknown[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#errors.splice(0);
  }

  /** The errors of code that is still running. Waits while that code has timers, at most `waitMs`. */
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
