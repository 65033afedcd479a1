import type { ChatCompletion, ChatCompletionChunk, CompletionOptions } from '../engine/model/provider.ts';
import { never } from '../script/faults.ts';
import { completionOf } from './format/completion-record.ts';
import { errorOf } from './format/error-record.ts';
import { chunksOf, chunksOfCompletion, folded, type TimedChunk } from './format/stream-record.ts';
import { CassetteMissError } from './errors.ts';
import type { InteractionRecord } from './format/format.ts';
import type { Lane } from './match/lane.ts';
import { saidBy, type Said } from './match/messages.ts';
import { wait } from './real-time.ts';
import { fieldsOf } from './words.ts';

/** An interaction that answers a request. */
export interface Played {
  readonly served: InteractionRecord;
  readonly lane: Lane;
  /** The cassette, for messages. */
  readonly file: string;
  /** For messages. */
  readonly place: () => string;
  readonly inRealTime: boolean;
  /** Told what the answer is in later requests. */
  readonly onAnswer: (said: Said | undefined) => void;
}

/** A recorded answer in one piece, however it came. */
export async function playCompletion(
  played: Played,
  options: CompletionOptions | undefined,
): Promise<ChatCompletion> {
  const { served, lane, inRealTime } = played;
  const { ms, completion, stream, error } = served;
  if (inRealTime) await wait(ms, options?.signal);
  options?.signal?.throwIfAborted();
  if (stream) {
    const chunks = chunksOf(stream, lane.secrets);
    if (stream.cut === 'left' || served.aborted) return await leftOff(played, options);
    if (error) return await fail(played);
    return told(played, folded(chunks.map(({ chunk }) => chunk)));
  }
  if (served.aborted) return await leftOff(played, options);
  return error ? await fail(played) : told(played, completionOf(completion, lane.secrets));
}

/** A recorded answer in pieces: those that it came in, or some that amount to it. */
export async function* playStream(
  played: Played,
  options: CompletionOptions | undefined,
): AsyncGenerator<ChatCompletionChunk> {
  const { served, lane, inRealTime } = played;
  const { stream, completion, error, aborted } = served;
  const signal = options?.signal;
  if (inRealTime) await wait(served.ms, signal);
  const chunks = stream ? chunksOf(stream, lane.secrets) : pieces(completion, played);
  const isAnswer = !error && !aborted && stream?.cut !== 'left';
  // Now, since nobody may read it to its end.
  if (isAnswer) told(played, answerOfChunks(chunks));
  else played.onAnswer(undefined);
  for (const { chunk, ms } of chunks) {
    if (inRealTime && stream) await wait(ms, signal);
    signal?.throwIfAborted();
    yield chunk;
  }
  if (error) await fail(played);
  if (aborted || stream?.cut === 'left') await leftOff(played, options);
}

function pieces(completion: unknown, { lane }: Played): TimedChunk[] {
  if (completion === undefined) return [];
  return chunksOfCompletion(completionOf(completion, lane.secrets)).map((chunk) => ({ chunk, ms: 0 }));
}

function answerOfChunks(chunks: readonly TimedChunk[]): unknown {
  try {
    return folded(chunks.map(({ chunk }) => chunk));
  } catch {
    // Whoever reads it is told.
    return undefined;
  }
}

/** Hands an answer out, having noted what it is in later requests. */
function told(played: Played, completion: unknown): ChatCompletion {
  played.onAnswer(saidBy(completion));
  return completion as ChatCompletion;
}

async function fail({ served, lane, onAnswer }: Played): Promise<never> {
  onAnswer(undefined);
  throw await errorOf(served.error!, lane.secrets);
}

/** Nothing more was recorded: whoever asked had gone. So it waits to be left again, where it can be. */
async function leftOff(
  { served, lane, file, place, onAnswer }: Played,
  options: CompletionOptions | undefined,
): Promise<never> {
  onAnswer(undefined);
  if (served.aborted && options?.signal) return await never(options.signal);
  throw new CassetteMissError(
    `When this was recorded, the answer was left before its end (${place()}): there is no more of it. Leave it at the same place, or record again.`,
    { problem: 'left', file, ...fieldsOf(lane), interaction: served.number },
  );
}
