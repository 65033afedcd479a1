import { copyData } from '../values/copy.ts';
import { valueWords } from '../values/value-words.ts';
import type { ChunkFold } from '../model/fold-chunks.ts';
import type { Agent } from '../tools/agent.ts';
import type { Loop, RunState } from './run-state.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/** Reads one streamed answer, and yields each chunk as it arrives. */
export function* readStream(
  state: RunState,
  agent: Agent,
  source: AsyncIterable<unknown>,
  fold: ChunkFold,
): Loop<void> {
  if (typeof (source as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new UsageError(
      sentence`The ${{ field: 'stream' }}() of ${{ where: 'the provider' }} must return ${{ expected: 'an async iterable' }}, but returned ${{ given: valueWords(source) }}.`,
    );
  }
  const chunks = source[Symbol.asyncIterator]();
  let open = false;
  try {
    for (let first = true; ; first = false) {
      // A source whose next() rejects has ended by itself. A source that is left before its end must be closed.
      open = false;
      const next = (yield chunks.next()) as IteratorResult<unknown>;
      open = next.done !== true;
      if (first) yield { type: 'stream-delim', delim: 'start' };
      if (next.done) return;
      const delta = fold.add(next.value);
      if (!delta) continue;
      const shown = copyData(delta);
      if (shown['role'] === 'assistant') shown['sender'] = agent.name;
      yield { type: 'stream-delta', delta: shown };
    }
  } finally {
    // Waiting for the source here would take a yield. If a generator yields after return(), it continues as if
    // return() had not been called.
    if (open || state.signal?.aborted) state.closing = closeSource(chunks);
  }
}

/** Closes a source that is not read to its end. */
async function closeSource(chunks: AsyncIterator<unknown>): Promise<void> {
  await chunks.return?.();
}
