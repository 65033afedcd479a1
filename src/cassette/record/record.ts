import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../../engine/model/provider.ts';
import { asLive } from '../../wire/live.ts';
import { completionRecord, errorRecord, isNotTheModels } from '../format/answer-record.ts';
import { folded, streamRecord, type TimedChunk } from '../format/stream-record.ts';
import type { InteractionRecord } from '../format/format.ts';
import type { Lane } from '../match/lane.ts';
import type { LaneFinder } from '../match/lane-finder.ts';
import { saidBy, type Said } from '../match/answers.ts';
import type { Tape } from '../match/tape.ts';
import { now } from '../real-time.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { Keeper } from './keeper.ts';

/** An interaction that a live model answers. */
export interface Recording {
  readonly interaction: InteractionRecord;
  readonly lane: Lane;
  readonly live: CompletionProvider;
  readonly redactor: Redactor;
  readonly tape: Tape;
  readonly finder: LaneFinder;
  readonly keeper: Keeper;
}

/** Asks the live model, and keeps its answer. */
export async function recordCompletion(
  recording: Recording,
  request: CompletionRequest,
  options: CompletionOptions | undefined,
): Promise<ChatCompletion> {
  const { live, lane, redactor } = recording;
  const start = now();
  lane.inFlight++;
  try {
    let completion: ChatCompletion;
    try {
      completion = await asLive(() => live.complete(request, options));
    } catch (error) {
      keepFailure(recording, error, options, () => ({ ms: since(start) }));
      throw error;
    }
    const ms = since(start);
    // The request was aborted before the answer arrived.
    if (options?.signal?.aborted) keep(recording, undefined, () => ({ ms, aborted: true }));
    else {
      const answer = () => ({ ms, completion: completionRecord(completion, redactor, lane.secrets) });
      keep(recording, saidBy(completion), answer);
    }
    return completion;
  } finally {
    lane.inFlight--;
  }
}

/** Asks the live model for a stream, hands its chunks on as they arrive, and keeps them. */
export async function* recordStream(
  recording: Recording,
  request: CompletionRequest,
  options: CompletionOptions | undefined,
): AsyncGenerator<ChatCompletionChunk> {
  const { live, lane, redactor } = recording;
  const timed: TimedChunk[] = [];
  const start = now();
  let last = start;
  let ms = 0;
  let isOver = false;
  const streamed = (cut?: 'error' | 'end' | 'left') => ({
    ms,
    stream: streamRecord(timed, cut, redactor, lane.secrets),
  });
  /** Awaits a value from the live stream. If the stream throws, records the error. */
  async function ofLive<T>(ask: () => T): Promise<Awaited<T>> {
    try {
      return await asLive(ask);
    } catch (error) {
      isOver = true;
      keepFailure(recording, error, options, () =>
        timed.length === 0 ? { ms: since(start) } : streamed('error'),
      );
      throw error;
    }
  }
  lane.inFlight++;
  try {
    const { chunks } = await ofLive(() => ({
      chunks: live.stream(request, options)[Symbol.asyncIterator](),
    }));
    try {
      for (;;) {
        const next = await ofLive(() => chunks.next());
        if (next.done) break;
        if (timed.length === 0) ms = since(start);
        timed.push({ chunk: next.value, ms: timed.length === 0 ? 0 : since(last) });
        yield next.value;
        // The time that the reader takes does not count as the model's.
        last = now();
      }
      isOver = true;
      const completion = completionIn(timed);
      keep(recording, saidBy(completion), () => streamed(completion === undefined ? 'end' : undefined));
    } finally {
      if (!isOver) await leave(recording, chunks, () => streamed('left'), options);
    }
  } finally {
    lane.inFlight--;
  }
}

/** Keeps the chunks that arrived until the reader left, and ends the live stream. */
async function leave(
  recording: Recording,
  chunks: AsyncIterator<ChatCompletionChunk>,
  streamed: () => Partial<InteractionRecord>,
  options: CompletionOptions | undefined,
): Promise<void> {
  try {
    keep(recording, undefined, () => ({ ...streamed(), ...(options?.signal?.aborted && { aborted: true }) }));
  } finally {
    await chunks.return?.();
  }
}

/**
 * Keeps an answer that has arrived. If it cannot be stored, the error is thrown and the interaction stays unanswered,
 * so it is not written.
 */
function keep(
  { interaction, lane, tape, finder, keeper }: Recording,
  said: Said | undefined,
  answer: () => Partial<InteractionRecord>,
): void {
  try {
    Object.assign(interaction, answer());
    finder.notePoint(lane, said);
    const { completion, stream, error } = interaction;
    keeper.add(!error && (completion !== undefined || (stream?.parts.length ?? 0) > 0));
  } catch (error) {
    tape.noteFailure(error, lane);
    throw error;
  }
}

function keepFailure(
  recording: Recording,
  error: unknown,
  options: CompletionOptions | undefined,
  answer: () => Partial<InteractionRecord>,
): void {
  const { interaction, lane, redactor } = recording;
  if (isNotTheModels(error)) {
    lane.forget(interaction);
    return;
  }
  keep(recording, undefined, () => {
    const { stream, ...rest } = answer();
    return options?.signal?.aborted
      ? { ...rest, ...(stream && { stream: { ...stream, cut: 'left' as const } }), aborted: true }
      : { ...rest, ...(stream && { stream }), error: errorRecord(error, redactor, lane.secrets) };
  });
}

/** The completion of the chunks; undefined if they ended too early. */
function completionIn(timed: readonly TimedChunk[]): unknown {
  try {
    const completion = folded(timed.map(({ chunk }) => chunk)) as ChatCompletion;
    return completion.choices[0]?.finish_reason ? completion : undefined;
  } catch {
    return undefined;
  }
}

function since(start: number): number {
  return Math.round(now() - start);
}
