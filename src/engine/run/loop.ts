import type { Agent, ContextVariables } from '../tools/agent.ts';
import { readCompletion, type Answer, type ToolCall } from '../model/completion.ts';
import { contextChange, mergeContext, ownContext, traceContext } from './context.ts';
import { copyData, freezeData } from '../data/copy.ts';
import { errorName, InvalidCompletionError } from '../data/errors.ts';
import type { RecordedEvent, StopReason } from './events.ts';
import { ChunkFold } from '../model/fold-chunks.ts';
import { valueWords } from '../data/value-words.ts';
import { callHooks, type Hooks } from './hooks.ts';
import type { Message, WireMessage } from '../model/messages.ts';
import { isCurrent, prepareAgent, toolChoiceOf, type PreparedAgent } from '../tools/prepared-agent.ts';
import type {
  ChatCompletion,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../model/provider.ts';
import { isPromiseLike } from '../data/promise.ts';
import { runToolCall, type CallScene } from '../tools/tool-call.ts';

/** All that a run is and changes: its arguments, copied, and where it stands. */
export interface RunState {
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
  readonly input: readonly Message[];
  /** Slot 0 belongs to the system message of the request being made; from 1 on it only grows. */
  readonly history: WireMessage[];
  readonly modelOverride: string | undefined;
  readonly maxTurns: number;
  readonly executeTools: boolean;
  readonly stream: boolean;
  readonly signal: AbortSignal | undefined;
  readonly conversation: string | undefined;
  /** The signal for tools: the run's, or one that is never aborted. */
  toolSignal(): AbortSignal;
  /** Active now. */
  agent: Agent;
  /** Live: what tools write into it stays. */
  readonly contextVariables: ContextVariables;
  /** The context as the trace last showed it. */
  tracedContext: ContextVariables;
  /** Settles when the source of a stream that was left in the middle has been closed. */
  closing?: Promise<void>;
}

/** A piece of a streamed answer, for whoever reads the run as a stream. */
export type StreamPiece =
  | { type: 'stream-delim'; delim: 'start' | 'end' }
  | { type: 'stream-delta'; delta: object };

/**
 * What the loop yields: an event, which goes on the list of what happened; a piece of a stream; or a
 * promise, whose value (or rejection) it wants back. The loop itself never waits, so that one
 * definition of it serves the streamed and the unstreamed run.
 */
type LoopItem = RecordedEvent | StreamPiece | PromiseLike<unknown>;
type KeptRequest = Omit<CompletionRequest, 'messages'>;
type Loop<Returned> = Generator<LoopItem, Returned, unknown>;

/** The run, from its first event to its last (Swarm's README, `client.run()`). */
export function* runLoop(state: RunState): Loop<StopReason> {
  yield {
    type: 'run-start',
    agent: state.agent.name,
    messages: state.input as Message[],
    contextVariables: state.tracedContext,
    maxTurns: state.maxTurns === Infinity ? null : Math.max(0, state.maxTurns),
    executeTools: state.executeTools,
  };
  try {
    const outcome = yield* turns(state);
    yield { type: 'run-end', agent: state.agent.name, outcome };
    return outcome;
  } catch (error) {
    yield { type: 'run-end', agent: state.agent.name, outcome: isAbort(state, error) ? 'aborted' : 'failed' };
    throw error;
  }
}

/** Whether a run was rejected because its signal was aborted. */
function isAbort({ signal }: RunState, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}

function* turns(state: RunState): Loop<StopReason> {
  let prepared: PreparedAgent | undefined;
  let preparedFor: Agent | undefined;
  state.signal?.throwIfAborted();
  for (let turn = 1; turn <= state.maxTurns; turn++) {
    const { agent } = state;
    if (!prepared || preparedFor !== agent || !isCurrent(prepared, agent)) prepared = prepareAgent(agent);
    preparedFor = agent;

    state.signal?.throwIfAborted();
    const { message, calls, finishReason, usage } = yield* askModel(state, agent, prepared, turn);
    state.history.push(message);
    yield { type: 'model-response', turn, agent: agent.name, message, finishReason, usage };

    if (calls.length === 0) return 'completed';
    if (!state.executeTools) return 'interrupted';
    yield* answerCalls(state, agent, prepared, turn, calls);
  }
  return 'max_turns';
}

/** One completion: instructions, request, answer. */
function* askModel(state: RunState, agent: Agent, prepared: PreparedAgent, turn: number): Loop<Answer> {
  const { instructions } = agent;
  let content: unknown = instructions;
  if (typeof instructions === 'function') {
    content = instructions(ownContext(state.contextVariables));
    if (isPromiseLike(content)) content = yield content;
  }
  if (typeof content !== 'string') {
    throw new TypeError(
      `The instructions of agent "${agent.name}" must be a string, but are ${content === null ? 'null' : typeof content}.`,
    );
  }

  const { history, signal, hooks } = state;
  if (history[0]?.content !== content) history[0] = Object.freeze({ role: 'system', content });
  const system = history[0];
  // The provider owns the request it is given, so what the trace keeps is another object.
  const kept = requestOf(state.modelOverride ?? agent.model, agent, prepared);
  if (hooks.length > 0) {
    yield* callHooks(hooks, 'beforeModel', { agent, request: freezeData(ownRequest(kept, history)), turn });
  }
  signal?.throwIfAborted();
  yield {
    type: 'model-request',
    turn,
    agent: agent.name,
    request: kept,
    system,
    history,
    length: history.length,
  };

  let answer: Answer;
  let completion: unknown;
  try {
    const options: CompletionOptions = { signal, conversation: state.conversation };
    if (state.stream) {
      const fold = new ChunkFold();
      yield* readStream(state, agent, state.provider.stream(ownRequest(kept, history), options), fold);
      completion = fold.completion();
    } else {
      const answered: unknown = state.provider.complete(ownRequest(kept, history), options);
      completion = isPromiseLike(answered) ? yield answered : answered;
    }
    answer = readCompletion(completion);
  } catch (error) {
    if (!isAbort(state, error))
      yield { type: 'model-error', turn, agent: agent.name, error: modelError(error) };
    throw error;
  }
  if (state.stream) yield { type: 'stream-delim', delim: 'end' };
  if (hooks.length > 0) {
    const seen = freezeData(copyData(completion)) as ChatCompletion;
    yield* callHooks(hooks, 'afterModel', { agent, completion: seen, turn });
  }
  // Also after the last answer: a run that was aborted never ends as if it had not been.
  signal?.throwIfAborted();
  return answer;
}

/** A request without its messages. What is not sent is absent, never undefined. */
function requestOf(model: string, agent: Agent, { definitions }: PreparedAgent): KeptRequest {
  if (!definitions) return { model };
  const tools = definitions as NonNullable<CompletionRequest['tools']>;
  const parallel_tool_calls = agent.parallelToolCalls;
  const tool_choice = toolChoiceOf(agent);
  return tool_choice === undefined
    ? { model, tools, parallel_tool_calls }
    : { model, tools, tool_choice, parallel_tool_calls };
}

/** A request that is the provider's own, arrays included; what stands in the arrays is frozen. Literals: a spread costs as much as the rest of the turn. */
function ownRequest(kept: KeptRequest, history: readonly WireMessage[]): CompletionRequest {
  const { model, tools, tool_choice, parallel_tool_calls } = kept;
  const messages = history.slice();
  if (!tools || parallel_tool_calls === undefined) return { model, messages };
  return tool_choice === undefined
    ? { model, messages, tools: tools.slice(), parallel_tool_calls }
    : { model, messages, tools: tools.slice(), tool_choice, parallel_tool_calls };
}

/** Reads one streamed answer, showing each piece as it comes. */
function* readStream(
  state: RunState,
  agent: Agent,
  source: AsyncIterable<unknown>,
  fold: ChunkFold,
): Loop<void> {
  if (typeof (source as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError(
      `The stream() of the provider must return an async iterable, but returned ${valueWords(source)}.`,
    );
  }
  const chunks = source[Symbol.asyncIterator]();
  let open = false;
  try {
    for (let first = true; ; first = false) {
      // A source whose next() rejects has ended by itself; one that is left in the middle must be told.
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
    // Not waited for here: a generator that is left by return() and yields once more goes on as if it had not been left.
    if (open || state.signal?.aborted) state.closing = closeSource(chunks);
  }
}

/** Tells a source that nobody reads on. */
async function closeSource(chunks: AsyncIterator<unknown>): Promise<void> {
  await chunks.return?.();
}

/** Runs a turn's calls in order, then applies what they ask of the run: context first, handoff last. */
function* answerCalls(
  state: RunState,
  agent: Agent,
  prepared: PreparedAgent,
  turn: number,
  calls: readonly ToolCall[],
): Loop<void> {
  const scene: CallScene = {
    agent,
    prepared,
    contextVariables: state.contextVariables,
    hooks: state.hooks,
    turn,
    signal: () => state.toolSignal(),
    throwIfAborted: () => state.signal?.throwIfAborted(),
  };
  const changes: object[] = [];
  let handoff: { to: Agent; tool: string } | undefined;
  for (const call of calls) {
    state.signal?.throwIfAborted();
    const { name, arguments: rawArgs } = call.function;
    const outcome = yield* runToolCall(call, scene);
    const { content, error } = outcome;
    state.history.push(Object.freeze({ role: 'tool', tool_call_id: call.id, content }));
    yield {
      type: 'tool-result',
      turn,
      agent: agent.name,
      tool: name,
      toolCallId: call.id,
      rawArgs,
      content,
      error,
    };
    if (outcome.contextVariables) changes.push(outcome.contextVariables);
    if (outcome.handoff) handoff = { to: outcome.handoff, tool: name };
  }

  for (const change of changes) mergeContext(state.contextVariables, change);
  const context = traceContext(state.contextVariables);
  const changed = contextChange(state.tracedContext, context);
  if (changed) {
    state.tracedContext = context;
    yield { type: 'context-change', turn, ...changed };
  }
  if (handoff) {
    state.agent = handoff.to;
    yield { type: 'handoff', turn, from: agent.name, to: handoff.to.name, tool: handoff.tool };
  }
  state.signal?.throwIfAborted();
}

/** An error as the trace tells it: the same words whichever client or transport it came through. */
function modelError(error: unknown): { name: string; message: string; status?: number } {
  const name = errorName(error);
  if (error instanceof InvalidCompletionError) return { name, message: 'no usable completion' };
  const status =
    typeof error === 'object' && error !== null ? (error as { status?: unknown }).status : undefined;
  if (typeof status === 'number') return { name, message: `status ${status}`, status };
  return { name, message: name.startsWith('APIConnection') ? 'connection error' : 'the provider failed' };
}
