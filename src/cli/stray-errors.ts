/**
 * Collects what is thrown where nobody catches it, such as a promise that a tool forgot to await, so
 * that it fails the scenario it belongs to rather than ending the process with a stack trace.
 */
export class StrayErrors implements Disposable {
  #errors: unknown[] = [];
  readonly #add = (error: unknown) => this.#errors.push(error);

  constructor() {
    process.on('unhandledRejection', this.#add);
    process.on('uncaughtException', this.#add);
  }

  /** The errors since the last time it was asked. */
  take(): unknown[] {
    return this.#errors.splice(0);
  }

  /** The same, after all rejections that are due have been reported. */
  async settled(): Promise<unknown[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.take();
  }

  [Symbol.dispose](): void {
    process.off('unhandledRejection', this.#add);
    process.off('uncaughtException', this.#add);
  }
}
