/// <reference lib="esnext.disposable" preserve="true" />
import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../engine/model/provider.ts';
import { chunksOf, completionOf, type AnswerFrame } from './answers.ts';
import { brokenAnswer, connectionError, never, statusError, type Fault } from './faults.ts';
import { ScriptPlayer } from './script-player.ts';
import { RequestSnapshots } from './snapshots.ts';
import type { ModelStep, Step } from './steps.ts';

/** A provider that plays a script: it answers the n-th request with the n-th step of the model. */
export interface ScriptedProvider extends CompletionProvider, Disposable {
  /** As they were when the model was called; later changes do not show. */
  readonly requests: readonly CompletionRequest[];
  /** Answers that are left; what the user says is not counted. */
  readonly remaining: number;
  /** Throws a ScriptNotFinishedError that lists the steps left over. */
  assertComplete(): void;
}

/**
 * A provider that plays these steps, streamed and not, strict both ways: a request beyond the script
 * throws ScriptExhaustedError; leftovers throw ScriptNotFinishedError from `assertComplete` and at
 * the end of a `using` block (where a failure inside arrives as a SuppressedError with both; the
 * `script` fixture of "swarmcheck/vitest" keeps them apart). A call of a tool that was not offered,
 * or with arguments that fail its schema, throws ScriptMistakeError unless marked hallucinated.
 *
 * Throws ScriptMistakeError at once for a malformed step.
 */
export function scriptedProvider(steps: readonly Step[]): ScriptedProvider {
  const player = new ScriptPlayer(steps);
  return providerOf(player, (request) => player.expectUser(request));
}

/** A provider that answers from a player, which somebody else may move on as well. */
export function providerOf(
  player: ScriptPlayer,
  beforeAnswer?: (request: CompletionRequest) => void,
): ScriptedProvider {
  return new ScriptedModel(player, beforeAnswer);
}

/**
 * Methods are fields, so that a decorator may spread a provider. A class, and no literal with getters: V8 keeps a hidden
 * class for each of those, and with it all that they see, until the next full collection.
 */
class ScriptedModel implements ScriptedProvider {
  readonly requests: readonly CompletionRequest[];
  readonly #player: ScriptPlayer;
  readonly #beforeAnswer: ((request: CompletionRequest) => void) | undefined;
  readonly #snapshots = new RequestSnapshots();
  readonly #ids = new AnswerIds();

  constructor(player: ScriptPlayer, beforeAnswer: ((request: CompletionRequest) => void) | undefined) {
    this.#player = player;
    this.#beforeAnswer = beforeAnswer;
    this.requests = this.#snapshots.list;
  }

  readonly complete = async (
    request: CompletionRequest,
    options?: CompletionOptions,
  ): Promise<ChatCompletion> => {
    const { step, frame } = await this.#take(request, options?.signal);
    return step.fault
      ? await faultyCompletion(step, step.fault, frame, options?.signal)
      : completionOf(step, frame);
  };

  readonly stream = (
    request: CompletionRequest,
    options?: CompletionOptions,
  ): AsyncIterable<ChatCompletionChunk> => {
    const taken = this.#take(request, options?.signal);
    // Whoever iterates is told; a stream that nobody reads is no unhandled rejection.
    taken.catch(() => {});
    return streamAnswer(taken, options?.signal);
  };

  readonly assertComplete = (): void => this.#player.assertComplete();

  get remaining(): number {
    return this.#player.remaining;
  }

  [Symbol.dispose](): void {
    this.assertComplete();
  }

  /** Takes the step at once: the order of requests is the order of the calls. */
  async #take(request: CompletionRequest, signal: AbortSignal | undefined): Promise<Taken> {
    this.#snapshots.add(request);
    // A request that was aborted before it was made takes no step.
    signal?.throwIfAborted();
    this.#beforeAnswer?.(request);
    const { upcoming } = this.#player;
    const due = this.#player.takeAnswer(request);
    // Numbered now, not when the answer is ready: concurrent requests would get their ids by chance.
    const frame = upcoming && this.#ids.frame(upcoming, request.model);
    const step = due instanceof Promise ? await due : due;
    return { step, frame: frame ?? this.#ids.frame(step, request.model) };
  }
}

/** An answer that is due, and what frames it. */
interface Taken {
  step: ModelStep;
  frame: AnswerFrame;
}

/** Sequential ids: two plays of one script are alike to the byte. */
class AnswerIds {
  #answers = 0;
  #calls = 0;

  frame(step: ModelStep, model: string): AnswerFrame {
    const callIds: string[] = [];
    for (const call of step.calls ?? []) callIds.push(call.id ?? `call_${this.#calls + callIds.length + 1}`);
    this.#calls += callIds.length;
    return { id: `chatcmpl-${++this.#answers}`, model, callIds };
  }
}

async function* streamAnswer(
  taken: Promise<Taken>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChatCompletionChunk> {
  const { step, frame } = await taken;
  const chunks = chunksOf(step, frame);
  const { fault } = step;
  if (!fault) {
    yield* chunks;
    return;
  }
  await failBeforeContent(fault, signal);
  switch (fault.kind) {
    case 'cut':
    case 'bad-frame':
      yield* chunks.slice(0, fault.afterChunks);
      if (fault.kind === 'bad-frame' || fault.by === 'error') throw brokenAnswer(fault);
      return;
    case 'malformed-json':
      throw brokenAnswer(fault);
    case 'no-finish-reason':
      for (const chunk of chunks) {
        yield { ...chunk, choices: chunk.choices.map((choice) => ({ ...choice, finish_reason: null })) };
      }
      return;
    case 'missing-choices':
      // Not a chunk by its type: that is the fault.
      yield { ...chunks[0]!, choices: undefined as unknown as [] };
      return;
    case 'empty-choices':
      yield { ...chunks[0]!, choices: [] };
      return;
    default:
      // A page of HTML in place of the stream: the client finds no chunk in it.
      return;
  }
}

async function faultyCompletion(
  step: ModelStep,
  fault: Fault,
  frame: AnswerFrame,
  signal: AbortSignal | undefined,
): Promise<ChatCompletion> {
  await failBeforeContent(fault, signal);
  const completion = completionOf(step, frame);
  switch (fault.kind) {
    case 'no-finish-reason':
      return {
        ...completion,
        choices: completion.choices.map((choice) => ({
          ...choice,
          finish_reason: null as unknown as 'stop',
        })),
      };
    case 'missing-choices':
      return { ...completion, choices: undefined as unknown as [] };
    case 'empty-choices':
      return { ...completion, choices: [] };
    case 'html':
      // What the client makes of a page of HTML.
      return '<html><body><h1>502 Bad Gateway</h1></body></html>' as unknown as ChatCompletion;
    default:
      throw brokenAnswer(fault);
  }
}

/** The faults with which no content comes at all. */
async function failBeforeContent(fault: Fault, signal: AbortSignal | undefined): Promise<void> {
  switch (fault.kind) {
    case 'status':
      throw await statusError(fault);
    case 'reset':
      throw await connectionError();
    case 'no-answer':
    case 'hung-body':
      await never(signal);
      break;
    default:
  }
}
