import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../engine/model/provider.ts';
import { asLive } from '../wire/live.ts';
import { completionRecord } from './answers/completion-record.ts';
import { errorRecord, isNotTheModels } from './answers/error-record.ts';
import { folded, streamRecord, type TimedChunk } from './answers/stream-record.ts';
import type { InteractionRecord } from './file/format.ts';
import type { Lane } from './lanes/lane.ts';
import { saidBy, type Said } from './lanes/messages.ts';
import { now } from './real-time.ts';
import type { Redactor } from './redaction/redactor.ts';

/** An interaction that a live model answers. */
export interface Recording {
  readonly interaction: InteractionRecord;
  readonly lane: Lane;
  readonly live: CompletionProvider;
  readonly redactor: Redactor;
  /** Told what the answer is in later requests. */
  readonly onAnswer: (said: Said | undefined) => void;
  /** Told that the interaction is over. */
  readonly onRecorded: (isAnswer: boolean) => void;
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
    const completion = await asLive(() => live.complete(request, options));
    keep(recording, { ms: since(start), completion: completionRecord(completion, redactor, lane.secrets) });
    recording.onAnswer(saidBy(completion));
    recording.onRecorded(true);
    return completion;
  } catch (error) {
    keepFailure(recording, error, options, { ms: since(start) });
    throw error;
  } finally {
    lane.inFlight--;
  }
}

/** The same for an answer in pieces, which are handed on as they come. */
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
  lane.inFlight++;
  const chunks = asLive(() => live.stream(request, options)[Symbol.asyncIterator]());
  try {
    for (;;) {
      const next = await asLive(() => chunks.next());
      if (next.done) break;
      if (timed.length === 0) ms = since(start);
      timed.push({ chunk: next.value, ms: timed.length === 0 ? 0 : since(last) });
      last = now();
      yield next.value;
    }
    isOver = true;
    const completion = completionIn(timed);
    keep(recording, streamed(completion === undefined ? 'end' : undefined));
    recording.onAnswer(saidBy(completion));
    recording.onRecorded(true);
  } catch (error) {
    isOver = true;
    keepFailure(recording, error, options, timed.length === 0 ? { ms: since(start) } : streamed('error'));
    throw error;
  } finally {
    lane.inFlight--;
    if (!isOver) {
      keep(recording, { ...streamed('left'), ...(options?.signal?.aborted && { aborted: true }) });
      recording.onAnswer(undefined);
      recording.onRecorded(timed.length > 0);
      await chunks.return?.();
    }
  }
}

function keep({ interaction }: Recording, answer: Partial<InteractionRecord>): void {
  Object.assign(interaction, answer);
}

function keepFailure(
  recording: Recording,
  error: unknown,
  options: CompletionOptions | undefined,
  answer: Partial<InteractionRecord>,
): void {
  const { interaction, lane, redactor, onAnswer, onRecorded } = recording;
  if (isNotTheModels(error)) {
    lane.forget(interaction);
    return;
  }
  const isAborted = options?.signal?.aborted === true;
  keep(
    recording,
    isAborted
      ? {
          ...answer,
          ...(answer.stream && { stream: { ...answer.stream, cut: 'left' as const } }),
          aborted: true,
        }
      : { ...answer, error: errorRecord(error, redactor, lane.secrets) },
  );
  onAnswer(undefined);
  onRecorded(false);
}

/** What chunks amount to; undefined where they ended in the middle. */
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
