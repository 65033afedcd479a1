import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { printable } from '../report/printable.ts';

/** The lines that a person types. */
export interface Lines {
  /**
   * Shows the prompt and returns the next line; undefined at the end of the input, or when the signal is aborted. An
   * empty line becomes the suggestion.
   */
  next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined>;
  /** Releases the input, so that other code can read the rest of it. */
  close(): void;
}

/** The source of lines: stdin, or texts that may each contain several lines, or part of one. */
export type Input = Iterable<string> | AsyncIterable<string | Uint8Array>;

/** Where the lines are shown. */
export interface Output {
  write(text: string): unknown;
}

interface Terminal extends NodeJS.ReadStream {
  readonly isTTY: true;
}

export function inputLines(input: Input, output: Output): Lines {
  return isTerminal(input) ? new TerminalLines(input, output) : new PipedLines(input, output);
}

function isTerminal(input: Input): input is Terminal & Input {
  return typeof input === 'object' && 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
}

/**
 * Lines typed at a terminal. Each line is read through its own readline interface, so that the terminal is in its
 * normal mode while agents answer. In that mode, Ctrl-C sends SIGINT.
 */
class TerminalLines implements Lines {
  readonly #input: Terminal;
  readonly #output: Output;
  readonly #shown: NodeJS.WritableStream;
  /** Lines that were typed while agents answered, or pasted. */
  readonly #ahead: string[] = [];
  #history: string[] = [];
  #isAtEnd = false;

  constructor(input: Terminal, output: Output) {
    this.#input = input;
    this.#output = output;
    this.#shown = output instanceof Writable ? output : writableOf(output);
  }

  async next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const typed = this.#ahead.shift();
    if (typed !== undefined) this.#output.write(`${prompt}${printable(typed)}\n`);
    const line = typed ?? (await this.#read(prompt, signal));
    if (line?.trim() !== '' || suggestion === undefined) return line;
    // Replaces the empty line, as if the suggestion had been typed.
    this.#output.write(`\u001B[1A\r${prompt}${printable(suggestion)}\n`);
    return suggestion;
  }

  close(): void {}

  #read(prompt: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (this.#isAtEnd) return Promise.resolve(undefined);
    const reader = createInterface({
      input: this.#input,
      output: this.#shown,
      terminal: true,
      prompt,
      history: [...this.#history],
      historySize: 100,
    });
    reader.on('history', (history: string[]) => (this.#history = [...history]));
    const close = () => reader.close();
    signal?.addEventListener('abort', close, { once: true });
    const lines: string[] = [];
    return new Promise((resolve) => {
      reader.on('SIGINT', this.#onInterrupt(reader));
      reader.on('line', (line) => {
        lines.push(line);
        // Pasted lines arrive together; take all of them before the reader closes.
        if (lines.length === 1) setImmediate(close);
      });
      reader.on('close', () => {
        signal?.removeEventListener('abort', close);
        const [first, ...others] = lines;
        // Closed without a line: by Ctrl-D, the second Ctrl-C, or an abort.
        this.#isAtEnd = first === undefined;
        if (this.#isAtEnd) this.#output.write('\n');
        this.#ahead.push(...others);
        resolve(first);
      });
      reader.prompt();
    });
  }

  /** Ctrl-C clears the typed text. On an empty line, the second Ctrl-C in a row leaves the chat. */
  #onInterrupt(reader: Interface): () => void {
    let wasEmpty = false;
    return () => {
      const isEmpty = reader.line === '';
      if (isEmpty && wasEmpty) {
        reader.close();
        return;
      }
      wasEmpty = isEmpty;
      this.#output.write(isEmpty ? '\n(Ctrl-C again, Ctrl-D or /exit leaves.)\n' : '\n');
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
      reader.prompt();
    };
  }
}

function writableOf(output: Output): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      output.write(chunk.toString());
      done();
    },
  });
}

/** Lines from a pipe or a list. They are echoed, as a terminal would show them. */
class PipedLines implements Lines {
  readonly #output: Output;
  readonly #source: Readable;
  readonly #isOwn: boolean;
  #reader: Interface | undefined;
  #lines: AsyncIterator<string> | undefined;

  constructor(input: Input, output: Output) {
    this.#output = output;
    this.#isOwn = !(input instanceof Readable);
    this.#source = input instanceof Readable ? input : Readable.from(input);
  }

  async next(
    prompt: string,
    suggestion: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    this.#reader ??= createInterface({ input: this.#source, crlfDelay: Infinity });
    this.#lines ??= this.#reader[Symbol.asyncIterator]();
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

  close(): void {
    this.#reader?.close();
    if (this.#isOwn) this.#source.destroy();
    // A stream that the caller owns is paused, because a pipe that stays open would keep the process alive.
    else this.#source.pause();
  }
}

/** The value of a promise; undefined if the signal is aborted first. */
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
