/// <reference lib="esnext.disposable" preserve="true" />
import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../engine/model/provider.ts';
import { scriptedChunks, scriptedCompletion, type AnswerFrame } from './answers.ts';
import { damageCompletion, damageStream, htmlPage } from './damage.ts';
import { assertValidSteps, type CheckedSteps } from './valid-steps.ts';
import { connectionError } from './client-errors.ts';
import { brokenAnswer, never, statusError, type Fault } from './faults.ts';
import { ScriptPlayer } from './script-player.ts';
import { RequestSnapshots } from './snapshots.ts';
import type { ModelStep, Step } from './steps.ts';

/** A provider that plays a script: it answers the n-th request with the n-th model step. */
export interface ScriptedProvider extends CompletionProvider, Disposable {
  /** Snapshots of the requests, taken when the model was called; later changes to a request have no effect here. */
  readonly requests: readonly CompletionRequest[];
  /** How many answers of the model are left; user steps are not counted. */
  readonly remaining: number;
  /**
   * Throws the error of the first request that did not fit, even if the app caught it; if there were several, its
   * message ends with their number. If all requests fit, throws a ScriptNotFinishedError that lists the steps left
   * over, if there are any.
   */
  assertComplete(): void;
  /**
   * Returns the error of the first request that did not fit, and removes it, so that `assertComplete` and the end of
   * the test do not report it. For tests that expect the error itself. Each call takes one error; undefined if none
   * is left.
   */
  takeMisfit(): Error | undefined;
}

/**
 * A provider that plays these steps, streamed and unstreamed. It is strict both ways: a request beyond the script
 * throws ScriptExhaustedError, and steps left over throw ScriptNotFinishedError from `assertComplete` and at the end
 * of a `using` block. A call to a tool that was not offered, or with arguments that fail its schema, throws
 * ScriptMistakeError unless the call has `hallucinated: true`.
 *
 * An app may catch the error of a request that does not fit. So `assertComplete`, and the end of a `using` block, throw
 * it again, unless `takeMisfit` has taken it. (If the block throws too, both errors arrive in one SuppressedError; the
 * `script` fixture of "swarmcheck/vitest" keeps them apart.)
 *
 * Throws ScriptMistakeError at once for a malformed step.
 */
export function scriptedProvider(steps: readonly Step[]): ScriptedProvider {
  assertValidSteps(steps);
  return checkedScriptProvider(steps);
}

/** `scriptedProvider` for steps that are already checked. */
export function checkedScriptProvider(steps: CheckedSteps): ScriptedProvider {
  const player = new ScriptPlayer(steps);
  return scriptPlayerProvider(player, (request, options) => player.expectUser(request, options));
}

/**
 * A provider that answers with the model steps of a player. The code that creates the provider takes the user steps
 * from the same player.
 */
export function scriptPlayerProvider(player: ScriptPlayer, beforeAnswer?: BeforeAnswer): ScriptedProvider {
  return new ScriptedModel(player, beforeAnswer);
}

/**
 * The methods are fields, so that a decorator can spread a provider. This is a class, not an object literal with
 * getters, to avoid a memory leak: each time such a literal is evaluated, V8 creates a hidden class, which keeps the
 * closures of the getters alive until the next full garbage collection.
 */
class ScriptedModel implements ScriptedProvider {
  readonly requests: readonly CompletionRequest[];
  readonly #player: ScriptPlayer;
  readonly #beforeAnswer: BeforeAnswer | undefined;
  readonly #snapshots = new RequestSnapshots();
  readonly #ids = new AnswerIds();

  constructor(player: ScriptPlayer, beforeAnswer: BeforeAnswer | undefined) {
    this.#player = player;
    this.#beforeAnswer = beforeAnswer;
    this.requests = this.#snapshots.list;
  }

  readonly complete = async (
    request: CompletionRequest,
    options?: CompletionOptions,
  ): Promise<ChatCompletion> => {
    const { step, frame } = await this.take(request, options?.signal, options);
    return step.fault
      ? await faultyCompletion(step, step.fault, frame, options?.signal)
      : scriptedCompletion(step, frame);
  };

  readonly stream = (
    request: CompletionRequest,
    options?: CompletionOptions,
  ): AsyncIterable<ChatCompletionChunk> => {
    const taken = this.take(request, options?.signal, options);
    // The code that iterates gets the error. A stream that is never read must not cause an unhandled rejection.
    taken.catch(() => {});
    return streamAnswer(taken, options?.signal);
  };

  readonly assertComplete = (): void => this.#player.assertComplete();

  readonly takeMisfit = (): Error | undefined => this.#player.misfits.take();

  get remaining(): number {
    return this.#player.remaining;
  }

  [Symbol.dispose](): void {
    this.assertComplete();
  }

  /** Takes the step before anything is awaited, so that steps are taken in the order of the calls. */
  readonly take: TakeAnswer = async (request, signal, options) => {
    this.#snapshots.add(request);
    // A request whose signal is already aborted takes no step.
    signal?.throwIfAborted();
    try {
      this.#beforeAnswer?.(request, options);
      const { upcoming } = this.#player;
      const due = this.#player.takeAnswer(request, options);
      // Number the ids now, because later, when the answers are ready, the ids of concurrent requests would depend on
      // timing.
      const frame = upcoming && this.#ids.frame(upcoming, request.model);
      const step = due instanceof Promise ? await due : due;
      return { step, frame: frame ?? this.#ids.frame(step, request.model) };
    } catch (error) {
      this.#player.misfits.note(error);
      throw error;
    }
  };
}

/**
 * The function that takes the next answer of a scripted provider without applying the fault of the answer, for code
 * that plays answers by other means than `complete` and `stream`. Undefined for other providers.
 */
export function scriptedAnswersOf(provider: CompletionProvider): TakeAnswer | undefined {
  return provider instanceof ScriptedModel ? provider.take : undefined;
}

/**
 * Takes the next answer; rejects if the script does not fit. `options` lead to the run that makes the request. Their
 * signal is ignored, because over HTTP the request has a signal of its own.
 */
export type TakeAnswer = (
  request: CompletionRequest,
  signal: AbortSignal | undefined,
  options: CompletionOptions | undefined,
) => Promise<Taken>;

type BeforeAnswer = (request: CompletionRequest, options: CompletionOptions | undefined) => void;

/** The model step that was taken from the script, and the fields of its answer besides the content. */
export interface Taken {
  step: ModelStep;
  frame: AnswerFrame;
}

/** Sequential ids, so that two plays of one script are identical byte for byte. */
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
  const chunks = scriptedChunks(step, frame);
  const { fault } = step;
  if (!fault) {
    yield* chunks;
    return;
  }
  await failBeforeContent(fault, signal);
  const arriving = damageStream(chunks, fault);
  yield* arriving.chunks;
  // With an HTML page or a clean end, the client reports no error, because it takes the stream as ended.
  if (arriving.end === 'broken' || arriving.end === 'not-json') throw brokenAnswer(fault);
}

async function faultyCompletion(
  step: ModelStep,
  fault: Fault,
  frame: AnswerFrame,
  signal: AbortSignal | undefined,
): Promise<ChatCompletion> {
  await failBeforeContent(fault, signal);
  const arriving = damageCompletion(scriptedCompletion(step, frame), fault);
  // The client returns an HTML page as a string.
  if (arriving === 'html') return htmlPage as unknown as ChatCompletion;
  if (typeof arriving === 'string') throw brokenAnswer(fault);
  return arriving;
}

/** Applies the faults with which no content arrives at all. */
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
