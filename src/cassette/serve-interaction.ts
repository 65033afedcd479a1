import type { ChatCompletion, ChatCompletionChunk, CompletionOptions } from '../engine/model/provider.ts';
import { never } from '../script/faults.ts';
import { storedCompletion, errorOf } from './format/answer-record.ts';
import { storedChunks, chunksOfCompletion, folded, type TimedChunk } from './format/stream-record.ts';
import { CassetteMissError } from './cassette-errors.ts';
import type { InteractionRecord } from './format/format.ts';
import type { Lane } from './match/lane.ts';
import { saidBy, type Said } from './match/answers.ts';
import { wait } from './real-time.ts';
import { fieldsOf } from './match/words.ts';

/** An interaction that answers a request. */
export interface PlayedInteraction {
  readonly served: InteractionRecord;
  readonly lane: Lane;
  /** The path of the cassette, as messages show it. */
  readonly file: string;
  /** Returns the place of the interaction, as messages show it. */
  readonly place: () => string;
  readonly inRealTime: boolean;
}

/**
 * How a recorded interaction answers an unstreamed request. left: the answer is not complete, because its reader
 * stopped reading or the request was aborted.
 */
type Outcome =
  | { readonly kind: 'answer'; readonly completion: unknown }
  | { readonly kind: 'error' | 'left' };

/**
 * Waits for the recorded time if `inRealTime` is set. Then returns the outcome. `said` is the content of the answer,
 * which later requests repeat.
 */
export async function dueOutcome(
  played: PlayedInteraction,
  options: CompletionOptions | undefined,
): Promise<{ outcome: Outcome; said: Said | undefined }> {
  if (played.inRealTime) await wait(played.served.ms, options?.signal);
  options?.signal?.throwIfAborted();
  const outcome = outcomeOf(played);
  return { outcome, said: outcome.kind === 'answer' ? saidBy(outcome.completion) : undefined };
}

/**
 * Like `dueOutcome`, for a streamed request. Reads `said` before the first chunk is served, because the caller may
 * not read to the end.
 */
export async function duePieces(
  played: PlayedInteraction,
  options: CompletionOptions | undefined,
): Promise<{ pieces: readonly TimedChunk[]; said: Said | undefined }> {
  if (played.inRealTime) await wait(played.served.ms, options?.signal);
  const pieces = piecesOf(played);
  return { pieces, said: saidInPieces(played, pieces) };
}

/**
 * The outcome of an interaction for an unstreamed request. Throws if a recorded stream does not fold to a completion.
 */
function outcomeOf({ served, lane }: PlayedInteraction): Outcome {
  const { completion, stream, error, aborted } = served;
  const chunks = stream && storedChunks(stream, lane.secrets);
  if (aborted || stream?.cut === 'left') return { kind: 'left' };
  if (error) return { kind: 'error' };
  return {
    kind: 'answer',
    completion: chunks
      ? folded(chunks.map(({ chunk }) => chunk))
      : storedCompletion(completion, lane.secrets),
  };
}

/** Serves an outcome: returns the completion, or throws. */
export async function playCompletion(
  played: PlayedInteraction,
  outcome: Outcome,
  options: CompletionOptions | undefined,
): Promise<ChatCompletion> {
  if (outcome.kind === 'answer') return outcome.completion as ChatCompletion;
  return await (outcome.kind === 'error' ? fail(played) : leftOff(played, options));
}

/** The chunks of an answer: the recorded ones, or chunks made from a completion. */
function piecesOf({ served: { stream, completion }, lane }: PlayedInteraction): readonly TimedChunk[] {
  if (stream) return storedChunks(stream, lane.secrets);
  if (completion === undefined) return [];
  return chunksOfCompletion(storedCompletion(completion, lane.secrets)).map((chunk) => ({ chunk, ms: 0 }));
}

/**
 * The content of the answer that the chunks make up; undefined if it is not complete. Does not throw, because the
 * reader of the chunks gets the error.
 */
function saidInPieces({ served }: PlayedInteraction, pieces: readonly TimedChunk[]): Said | undefined {
  if (served.error || served.aborted || served.stream?.cut === 'left') return undefined;
  try {
    return saidBy(folded(pieces.map(({ chunk }) => chunk)));
  } catch {
    return undefined;
  }
}

/** Serves an answer as chunks. */
export async function* playStream(
  played: PlayedInteraction,
  pieces: readonly TimedChunk[],
  options: CompletionOptions | undefined,
): AsyncGenerator<ChatCompletionChunk> {
  const { stream, error, aborted } = played.served;
  for (const { chunk, ms } of pieces) {
    if (played.inRealTime && stream) await wait(ms, options?.signal);
    options?.signal?.throwIfAborted();
    yield chunk;
  }
  if (error) await fail(played);
  if (aborted || stream?.cut === 'left') await leftOff(played, options);
}

async function fail({ served, lane }: PlayedInteraction): Promise<never> {
  throw await errorOf(served.error!, lane.secrets);
}

/**
 * Ends an answer whose recording is not complete. If the recorded request was aborted and this request has a signal,
 * waits until the signal is aborted. Otherwise throws a CassetteMissError.
 */
async function leftOff(
  { served, lane, file, place }: PlayedInteraction,
  options: CompletionOptions | undefined,
): Promise<never> {
  if (served.aborted && options?.signal) return await never(options.signal);
  throw new CassetteMissError(
    `The recorded answer is not complete (${place()}): its reader left before its end. Leave at the same place, or record again.`,
    { problem: 'left', file, ...fieldsOf(lane), interaction: served.number },
  );
}
