import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Readable } from 'node:stream';
import { printable } from '../report/printable.ts';

/** What a person types, line by line. */
export interface Lines {
  /** The next line, after this prompt; undefined when there are no more, or the signal is aborted. An empty line stands for the suggestion. */
  next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined>;
}

/** Where lines come from: stdin, or any texts, each of which may hold several lines, or a part of one. */
export type Input = Iterable<string> | AsyncIterable<string | Uint8Array>;

/** Where they are shown. */
export interface Output {
  write(text: string): unknown;
}

/** A terminal that a person types at. */
interface Terminal extends NodeJS.ReadStream {
  readonly isTTY: true;
}

/** The lines of an input. */
export function linesOf(input: Input, output: Output): Lines {
  return isTerminal(input) ? new TerminalLines(input, output) : new PipedLines(input, output);
}

function isTerminal(input: object): input is Terminal {
  return 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
}

/**
 * What is typed at a terminal. For each line there is an interface of its own: while agents answer, the terminal is as the
 * shell has it, so that Ctrl-C is a signal.
 */
class TerminalLines implements Lines {
  readonly #input: Terminal;
  readonly #output: Output;
  #history: string[] = [];

  constructor(input: Terminal, output: Output) {
    this.#input = input;
    this.#output = output;
  }

  async next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const line = await this.#read(prompt, signal);
    if (line?.trim() !== '' || suggestion === undefined) return line;
    // In place of the empty line, as if it had been typed.
    this.#output.write(`\u001B[1A\r${prompt}${printable(suggestion)}\n`);
    return suggestion;
  }

  #read(prompt: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const reader = createInterface({
      input: this.#input,
      output: this.#output as NodeJS.WritableStream,
      terminal: true,
      history: [...this.#history],
      historySize: 100,
    });
    reader.on('history', (history: string[]) => (this.#history = [...history]));
    const close = () => reader.close();
    signal?.addEventListener('abort', close, { once: true });
    return new Promise((resolve) => {
      reader.on('SIGINT', this.#onInterrupt(reader));
      // Ctrl-D, or the second Ctrl-C.
      reader.on('close', () => {
        signal?.removeEventListener('abort', close);
        resolve(undefined);
      });
      reader.question(prompt, (line) => {
        resolve(line);
        reader.close();
      });
    });
  }

  /** Clears what was typed; where there is nothing, the second in a row leaves. */
  #onInterrupt(reader: Interface): () => void {
    let wasEmpty = false;
    return () => {
      const isEmpty = reader.line === '';
      if (isEmpty && wasEmpty) {
        this.#output.write('\n');
        reader.close();
        return;
      }
      wasEmpty = isEmpty;
      this.#output.write(isEmpty ? '\n(Ctrl-C once more, Ctrl-D or /exit leaves.)\n' : '\n');
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
      reader.prompt();
    };
  }
}

/** What comes through a pipe, or from a list. The lines are written out, as a terminal would show them. */
class PipedLines implements Lines {
  readonly #input: Input;
  readonly #output: Output;
  #lines: AsyncIterator<string> | undefined;

  constructor(input: Input, output: Output) {
    this.#input = input;
    this.#output = output;
  }

  async next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    this.#lines ??= readLines(this.#input);
    this.#output.write(prompt);
    const read = await before(signal, this.#lines.next());
    if (!read || read.done) {
      this.#output.write('\n');
      return undefined;
    }
    const line = read.value.trim() === '' ? (suggestion ?? '') : read.value;
    this.#output.write(`${printable(line)}\n`);
    return line;
  }
}

/** What a promise comes to; undefined where the signal is aborted first. */
async function before<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T | undefined> {
  if (!signal) return await promise;
  if (signal.aborted) return undefined;
  const waiting = new AbortController();
  const aborted = once(signal, 'abort', { signal: waiting.signal }).then(
    () => undefined,
    () => undefined,
  );
  const first = await Promise.race([promise, aborted]);
  waiting.abort();
  return first;
}

async function* readLines(input: Input): AsyncGenerator<string> {
  yield* createInterface({ input: Readable.from(input), crlfDelay: Infinity });
}
