import { copyData, freezeData } from '../values/copy.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';
import { errorName, InvalidCompletionError, UsageError } from '../values/engine-errors.ts';
import { isPromiseLike } from '../values/promise.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import { readCompletion, type ModelAnswer } from '../model/completion.ts';
import { ChunkFold } from '../model/fold-chunks.ts';
import type { WireMessage } from '../model/messages.ts';
import type { ChatCompletion, CompletionRequest } from '../model/provider.ts';
import type { Agent } from '../tools/agent.ts';
import { toolChoiceOf, type PreparedAgent } from '../tools/prepared-agent.ts';
import { ownContext } from './context.ts';
import { callHooks } from './hooks.ts';
import { readStream } from './read-stream.ts';
import { RequestOptions } from './run-of.ts';
import { isAbort, type Loop, type RunState } from './run-state.ts';
import { callWatcher } from './watch.ts';

type KeptRequest = Omit<CompletionRequest, 'messages'>;

/** One completion: evaluates the instructions, sends the request, and adds the answer to the history. */
export function* askModel(
  state: RunState,
  agent: Agent,
  prepared: PreparedAgent,
  turn: number,
): Loop<ModelAnswer> {
  const { instructions } = agent;
  let content: unknown = instructions;
  if (typeof instructions === 'function') {
    const context = ownContext(state.contextVariables);
    content = callWatcher
      ? callWatcher({ kind: 'instructions', name: agent.name }, () => instructions(context))
      : instructions(context);
    if (isPromiseLike(content)) content = yield content;
  }
  if (typeof content !== 'string') {
    throw new UsageError(instructionsProblem(agent, content));
  }

  const { history, signal, hooks } = state;
  if (history[0]?.content !== content) history[0] = Object.freeze({ role: 'system', content });
  const system = history[0];
  // The provider may change the request it gets, so the trace keeps another object.
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

  let answer: ModelAnswer;
  let completion: unknown;
  try {
    const options = new RequestOptions(signal, state.conversation, state.events);
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
  signal?.throwIfAborted();
  // The answer is kept before the hooks are called. If a hook throws, the model has still answered, and the answer
  // was paid for.
  const { message, finishReason, usage } = answer;
  history.push(message);
  yield { type: 'model-response', turn, agent: agent.name, message, finishReason, usage };
  if (hooks.length > 0) {
    const seen = freezeData(copyData(completion)) as ChatCompletion;
    yield* callHooks(hooks, 'afterModel', { agent, completion: seen, turn });
  }
  // An abort after the last answer counts too: a run that was aborted never ends normally.
  signal?.throwIfAborted();
  return answer;
}

/** The message for instructions that are not a string, either as set or as returned by their function. */
function instructionsProblem({ name, instructions }: Agent, content: unknown): Sentence {
  const subject = sentence`The ${{ field: 'instructions' }} of agent "${{ agent: name }}"`;
  if (typeof instructions === 'function') {
    const advice = content === undefined ? ' Is a "return" missing?' : '';
    return sentence`${subject} returned ${{ given: valueWords(content) }} in place of ${{ expected: 'a string' }}.${advice}`;
  }
  return sentence`${subject} must be ${{ expected: 'a string or a function that returns one' }}, not ${{ given: valueWords(content) }}.${remedyFor(content)}`;
}

/** A request without its messages. Fields that are not sent are absent, never undefined. */
function requestOf(model: string, agent: Agent, { definitions }: PreparedAgent): KeptRequest {
  if (!definitions) return { model };
  const tools = definitions as NonNullable<CompletionRequest['tools']>;
  const parallel_tool_calls = agent.parallelToolCalls;
  const tool_choice = toolChoiceOf(agent);
  return tool_choice === undefined
    ? { model, tools, parallel_tool_calls }
    : { model, tools, tool_choice, parallel_tool_calls };
}

/**
 * A request that the provider may change, including its arrays; the items of the arrays are frozen. Written as
 * literals, because a spread costs as much as the rest of the turn.
 */
function ownRequest(kept: KeptRequest, history: readonly WireMessage[]): CompletionRequest {
  const { model, tools, tool_choice, parallel_tool_calls } = kept;
  const messages = history.slice();
  if (!tools || parallel_tool_calls === undefined) return { model, messages };
  return tool_choice === undefined
    ? { model, messages, tools: tools.slice(), parallel_tool_calls }
    : { model, messages, tools: tools.slice(), tool_choice, parallel_tool_calls };
}

/** An error as the trace shows it: with the same text for every client and transport. */
function modelError(error: unknown): { name: string; message: string; status?: number } {
  const name = errorName(error);
  if (error instanceof InvalidCompletionError) return { name, message: 'no usable completion' };
  const status =
    typeof error === 'object' && error !== null ? (error as { status?: unknown }).status : undefined;
  if (typeof status === 'number') return { name, message: `status ${status}`, status };
  return { name, message: name.startsWith('APIConnection') ? 'connection error' : 'the provider failed' };
}
