import { performance } from 'node:perf_hooks';
import type { Invocation, OutputStream } from '../invocation.ts';

/** The least time between two updates of the line. */
const drawnEachMs = 100;

/** Moves to the beginning of the line, and clears it. */
const cleared = '\r\u001B[K';

/**
 * The progress of a check, as one line on stderr that is rewritten. Writes nothing if stderr is not a terminal, or if
 * it is a dumb one.
 */
export class Progress implements Disposable {
  /** How many runs were made. */
  runs = 0;
  /** How many runs are planned. */
  of = 0;
  readonly #stream: OutputStream;
  readonly #maxDurationMs: number;
  readonly #isShown: boolean;
  readonly #start = performance.now();
  #drawnAt = -Infinity;

  /** After `maxDurationMs` the check ends, even if runs are left. */
  constructor({ stderr, env }: Invocation, maxDurationMs = Infinity) {
    this.#stream = stderr;
    this.#maxDurationMs = maxDurationMs;
    this.#isShown = stderr.isTTY === true && env['TERM'] !== 'dumb';
  }

  /** Updates the progress. */
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
