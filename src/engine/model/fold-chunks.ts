import { isPlainObject, setOwn } from '../values/copy.ts';
import { InvalidCompletionError, shorten } from '../values/engine-errors.ts';

interface PartialCall {
  readonly index: number;
  id: string;
  type: string;
  /** Absent until a chunk contains it. */
  function?: { name?: string; arguments: string };
}

/**
 * Folds streamed chunks into the completion that they make up.
 *
 * Text is joined. Tool calls are merged by index; a delta may hold several calls. A repeated id, type or name is not
 * joined. Some servers give every parallel call the index 0, so a new id at a known index starts a new call.
 */
export class ChunkFold {
  readonly #message: Record<string, unknown> = { role: 'assistant' };
  readonly #calls: PartialCall[] = [];
  /** The call that an index currently refers to. */
  readonly #callAtIndex = new Map<number, PartialCall>();
  #finishReason: string | null = null;
  #usage: unknown;
  #first: Record<string, unknown> | undefined;

  /** Adds one chunk and returns its delta, or undefined if it has no delta (a usage chunk). */
  add(chunk: unknown): Record<string, unknown> | undefined {
    if (!isPlainObject(chunk) || !Array.isArray(chunk['choices'])) {
      throw new InvalidCompletionError('a part of the stream is not a completion chunk', chunk);
    }
    this.#first ??= chunk;
    if (chunk['usage'] !== null && chunk['usage'] !== undefined) this.#usage = chunk['usage'];
    const choice: unknown = chunk['choices'][0];
    if (!isPlainObject(choice)) return undefined;
    if (typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== '')
      this.#finishReason = choice['finish_reason'];
    const delta = choice['delta'];
    if (!isPlainObject(delta)) return undefined;
    this.#addDelta(delta);
    return delta;
  }

  /** The completion so far. Its finish_reason is null until a chunk has one. */
  completion(): unknown {
    const calls = this.#calls.toSorted((left, right) => left.index - right.index);
    const message = calls.length > 0 ? { ...this.#message, tool_calls: calls } : this.#message;
    return {
      id: this.#first?.['id'],
      object: 'chat.completion',
      created: this.#first?.['created'],
      model: this.#first?.['model'],
      choices: [{ index: 0, message, finish_reason: this.#finishReason, logprobs: null }],
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    };
  }

  #addDelta(delta: Record<string, unknown>): void {
    for (const key of Object.keys(delta)) {
      const value = delta[key];
      // `function_call` belongs to the old API, which is not supported. Its parts cannot be joined like text.
      if (key === 'role' || key === 'function_call') continue;
      if (key === 'tool_calls') {
        if (Array.isArray(value)) for (const call of value) this.#addCall(call);
        continue;
      }
      const before = this.#message[key];
      if (typeof value === 'string' && typeof before === 'string') setOwn(this.#message, key, before + value);
      else if (value !== null || before === undefined) setOwn(this.#message, key, value);
    }
  }

  #addCall(part: unknown): void {
    if (!isPlainObject(part)) throw new InvalidCompletionError('a streamed tool call is not an object', part);
    const call = this.#callFor(part);
    if (typeof part['id'] === 'string' && call.id === '') call.id = part['id'];
    if (typeof part['type'] === 'string') call.type = part['type'];
    const piece = part['function'];
    if (!isPlainObject(piece)) return;
    const { name, arguments: args } = piece;
    call.function ??= { arguments: '' };
    if (typeof name === 'string' && name !== call.function.name)
      call.function.name = (call.function.name ?? '') + name;
    if (typeof args === 'string') call.function.arguments += args;
    else if (args !== undefined && args !== null) {
      throw new InvalidCompletionError(
        `a streamed tool call has arguments that are not a string: ${shorten(part, 200)}`,
        part,
      );
    }
  }

  #callFor(part: Record<string, unknown>): PartialCall {
    const id = typeof part['id'] === 'string' ? part['id'] : '';
    const index = typeof part['index'] === 'number' ? part['index'] : (this.#calls.at(-1)?.index ?? 0);
    const known = this.#callAtIndex.get(index);
    if (known && (id === '' || known.id === '' || known.id === id)) return known;
    const call: PartialCall = { index, id: '', type: 'function' };
    this.#calls.push(call);
    this.#callAtIndex.set(index, call);
    return call;
  }
}
