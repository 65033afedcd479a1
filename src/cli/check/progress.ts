import { performance } from 'node:perf_hooks';
import type { Invocation, OutputStream } from '../invocation.ts';

/** How long a line stands before it is written anew. */
const drawnEachMs = 100;

/** Back to the beginning of the line, and all of it away. */
const cleared = '\r\u001B[K';

/** How far a check is: one line of a terminal that is written again and again, and nothing anywhere else. */
export class Progress implements Disposable {
  /** How many runs were made. */
  runs = 0;
  /** Of how many. */
  of = 0;
  readonly #stream: OutputStream;
  readonly #maxDurationMs: number;
  readonly #isShown: boolean;
  readonly #start = performance.now();
  #drawnAt = -Infinity;

  /** `maxDurationMs` is the time after which the check ends, whatever is left. */
  constructor({ stderr, env }: Invocation, maxDurationMs = Infinity) {
    this.#stream = stderr;
    this.#maxDurationMs = maxDurationMs;
    this.#isShown = stderr.isTTY === true && env['TERM'] !== 'dumb';
  }

  /** Takes in how far it is. */
  note({ runs, of }: { runs: number; of: number }): void {
    this.runs = runs;
    this.of = of;
    const now = performance.now();
    if (!this.#isShown || (now - this.#drawnAt < drawnEachMs && runs < of)) return;
    this.#drawnAt = now;
    const tookMs = now - this.#start;
    const share = Math.min(1, Math.max(runs / of, tookMs / this.#maxDurationMs));
    const seconds = (tookMs / 1000).toFixed(1);
    this.#stream.write(`${cleared}  ${runs} of ${of} runs, ${seconds} s (${Math.floor(share * 100)}%)`);
  }

  [Symbol.dispose](): void {
    if (this.#drawnAt > 0) this.#stream.write(cleared);
  }
}
