import type { ToolCall } from '../model/completion.ts';
import type { Message } from '../model/messages.ts';
import type { Agent } from '../tools/agent.ts';
import { readArgs } from '../tools/read-args.ts';
import type { ToolReturn } from '../tools/tool.ts';
import { copyData, freezeData, isPlainObject } from '../values/copy.ts';
import { UsageError } from '../values/engine-errors.ts';
import { fact, sentence } from '../values/error-facts.ts';
import { isPromiseLike } from '../values/promise.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import { ActiveRun } from './active-run.ts';
import { rememberAnswered } from './answered-calls.ts';
import type { RecordedEvent } from './events.ts';
import { answerLoop } from './loop.ts';
import { assertValidRunOptions } from './run-options.ts';
import { outcomeOf, producedMessages, recordOf, type Response, type RunRecord } from './run-record.ts';
import type { Loop } from './run-state.ts';
import { stateOf, type SwarmParts } from './swarm.ts';
import { watched } from './watch.ts';

/** A tool call that an interrupted run did not answer. */
export interface PendingCall {
  /** The id the model gave the call. */
  readonly id: string;
  /** The name of the tool. It may be unknown: the call is then answered with an error, as in a run. */
  readonly tool: string;
  /** The parsed arguments, frozen; the raw string if they are not valid JSON. They are validated when the call is executed. */
  readonly args: unknown;
}

type Decision = 'execute' | { answer: ToolReturn };

/** Decides about one pending call. */
export type Decide = (call: PendingCall) => Decision | Promise<Decision>;

/** The input of the next run: the whole conversation. */
export interface AnsweredConversation<C extends object> {
  /** The agent that is active after the calls. */
  agent: Agent<C>;
  /** All messages, from the first of the interrupted run to the answers. */
  messages: Message[];
  /** The context variables with the updates of the calls. */
  contextVariables: C;
}

/** A conversation that waits for answers, and the run that it waits in. */
export interface Interruption<C extends object> extends SwarmParts {
  readonly agent: Agent;
  readonly messages: readonly Message[];
  readonly contextVariables: C;
  readonly signal: AbortSignal | undefined;
  /** The events of the interrupted run, up to its calls; none if the run is not known. */
  readonly events: readonly RecordedEvent[];
}

/** The runs whose calls have been answered, or are being answered. */
const answers = new WeakMap<RunRecord, 'begun' | 'complete'>();

/**
 * The tool calls that an interrupted response is waiting for, in the order in which the model made them. Empty for a
 * response that was not interrupted, and for one that `answerPending` has answered. A response that was stored as JSON
 * shows its calls too. Throws a TypeError for a value that is not a response.
 */
export function pendingCalls(response: Response): readonly PendingCall[] {
  assertResponse('pendingCalls', response);
  const record = recordOf(response);
  if (response.stopReason !== 'interrupted' || (record && answers.get(record) === 'complete')) return [];
  return openCalls(record ? producedMessages(record.events) : response.messages).map(pendingCall);
}

/**
 * Answers the pending calls of an interrupted response, exactly as its run would have. First `decide` is called with
 * each call, in order, and awaited: "execute" runs the tool, `{ answer }` replaces its result, for example with a
 * refusal, and may be anything that a tool returns. Then the calls are answered in order. Without `decide`, all of them
 * are executed. Hooks are called around the tools, which get the signal of the interrupted run.
 *
 * Resolves to the input of the next run: the whole conversation, including the original messages. The trace of the next
 * run begins with the answered calls, in turn 0, if the run gets the same message objects and the agent. The response
 * itself is not changed.
 *
 * Rejects with the error of `decide`, and as `run` does. The response can then be answered again. Rejects with a
 * TypeError for a response that was not interrupted, that was answered already, or that was restored from JSON.
 */
export function answerPending<C extends object>(
  response: Response<C>,
  decide?: (
    call: PendingCall,
  ) => 'execute' | { answer: ToolReturn } | Promise<'execute' | { answer: ToolReturn }>,
): Promise<AnsweredConversation<C>> {
  return watched(
    () => 'the answers to pending calls',
    () => answerResponse(response, decide),
  );
}

async function answerResponse<C extends object>(
  response: Response<C>,
  decide: Decide | undefined,
): Promise<AnsweredConversation<C>> {
  assertResponse('answerPending', response);
  assertDecide('answerPending', decide);
  const record = recordOf(response);
  if (!record) throw restored();
  if (outcomeOf(record.events) !== 'interrupted') throw notInterrupted(response);
  assertUnanswered(record);
  answers.set(record, 'begun');
  try {
    const { contextVariables } = response;
    const messages = [...record.input.input, ...producedMessages(record.events)];
    const { signal } = record.input;
    const answered = await answerCalls(
      'answerPending',
      { ...interruptionIn(record), messages, contextVariables, signal },
      decide,
    );
    answers.set(record, 'complete');
    return answered;
  } finally {
    if (answers.get(record) === 'begun') answers.delete(record);
  }
}

/** The parts of an interrupted run with which its calls are answered. */
export function interruptionIn({
  input: { provider, hooks, agent },
  events,
}: RunRecord): Pick<Interruption<object>, 'provider' | 'hooks' | 'agent' | 'events'> {
  return { provider, hooks, agent, events: events.slice(0, -1) };
}

/** Answers the open calls at the end of the messages. `where` names the function in messages. */
export async function answerCalls<C extends object>(
  where: string,
  { provider, hooks, events, ...options }: Interruption<C>,
  decide: Decide | undefined,
): Promise<AnsweredConversation<C>> {
  assertValidRunOptions(options);
  const calls = openCalls(options.messages);
  const state = stateOf(provider, hooks, options, [...events]);
  const { agent, tracedContext: context } = state;
  const run = new ActiveRun(
    state,
    undefined,
    answerLoop(state, turnOf(events), calls, decisions(where, calls, decide)),
  );
  await run.advance();
  const added = state.events.slice(events.length);
  const results = added.filter((event) => event.type === 'tool-result');
  const handoff = added.find((event) => event.type === 'handoff');
  const messages = [...options.messages.map(copyData), ...producedMessages(results)];
  // Turn 0 of the next run. The events stay the same objects.
  for (const event of [...results, ...(handoff ? [handoff] : [])]) event.turn = 0;
  rememberAnswered(messages, { agent, next: state.agent, context, results, handoff });
  return { agent: state.agent, messages, contextVariables: state.contextVariables as C };
}

function turnOf(events: readonly RecordedEvent[]): number {
  const answer = events.findLast((event) => event.type === 'model-response');
  return answer?.turn ?? 1;
}

/** Asks for all decisions before anything is executed, so that nothing has happened if a decision fails. */
function* decisions(
  where: string,
  calls: readonly ToolCall[],
  decide: Decide | undefined,
): Loop<ReadonlyMap<ToolCall, unknown>> {
  const given = new Map<ToolCall, unknown>();
  if (!decide) return given;
  for (const call of calls) {
    const decided: unknown = decide(pendingCall(call));
    const decision = isPromiseLike(decided) ? yield decided : decided;
    if (decision === 'execute') continue;
    const { answer } = assertAnswer(where, call, decision);
    given.set(call, isPromiseLike(answer) ? yield answer : answer);
  }
  return given;
}

/** The function calls of the last answer that have no tool message yet. Calls may have the same id. */
export function openCalls(messages: readonly Message[]): readonly ToolCall[] {
  const at = messages.findLastIndex(({ role }) => role !== 'tool');
  const last = messages[at];
  if (last?.role !== 'assistant' || !last.tool_calls) return [];
  const answered = messages
    .slice(at + 1)
    .map((message) => (message as { tool_call_id?: string }).tool_call_id);
  return last.tool_calls.filter((call) => {
    const answer = answered.indexOf(call.id);
    if (answer >= 0) answered.splice(answer, 1);
    return answer < 0 && call.type === 'function';
  }) as ToolCall[];
}

/** A call as the user's code sees it. */
export function pendingCall({ id, function: { name, arguments: raw } }: ToolCall): PendingCall {
  return Object.freeze({ id, tool: name, args: freezeData(readArgs(raw)) });
}

/** Throws a TypeError for something else in place of a function that decides. */
export function assertDecide(where: string, decide: unknown): void {
  if (decide === undefined || typeof decide === 'function') return;
  throw new UsageError(
    sentence`The ${{ field: 'decide' }} of ${{ where }} must be ${{ expected: 'a function that takes a call' }}, but is ${{ given: valueWords(decide) }}.`,
  );
}

function assertAnswer(where: string, call: ToolCall, decision: unknown): { answer: unknown } {
  const { name } = call.function;
  const isAnswer =
    isPlainObject(decision) && Object.keys(decision).join() === 'answer' && decision['answer'] !== undefined;
  if (isAnswer) return decision as { answer: unknown };
  throw new UsageError(
    sentence`The ${{ field: 'decide' }} of ${{ where }} must return ${{ expected: '"execute" or { answer }' }}, but returned ${{ given: decisionWords(decision) }} for the call of ${fact({ tool: name }, `"${name}"`)}. To refuse a call, answer it with the reason.`,
  );
}

function decisionWords(decision: unknown): string {
  if (!isPlainObject(decision)) return valueWords(decision);
  const keys = Object.keys(decision);
  return keys.length === 0
    ? 'an empty object'
    : `an object with ${keys.map((key) => `${key}: ${valueWords(decision[key])}`).join(', ')}`;
}

function assertResponse(where: string, response: unknown): void {
  const { stopReason, messages } = (response ?? {}) as Partial<Response>;
  if (typeof stopReason === 'string' && Array.isArray(messages)) return;
  throw new UsageError(
    sentence`${{ where }} takes ${{ expected: 'the response of a run' }}, but was given ${{ given: valueWords(response) }}.${remedyFor(response)}`,
  );
}

function restored(): UsageError {
  return new UsageError(
    sentence`${{ where: 'answerPending' }} takes ${{ expected: 'the response that run() returned' }}, but was given ${{ given: 'a copy of one' }}. A copy, for example from JSON, does not have the tools. Answer the response itself, or hold the conversation in a Conversation, which can be stored: Conversation.restore(…).resume(…).`,
  );
}

function notInterrupted({ stopReason }: Response): UsageError {
  return new UsageError(
    sentence`${{ where: 'answerPending' }} takes ${{ expected: 'an interrupted response' }}, but this run ended with ${{ given: stopReason }}, so no call is pending. A run is interrupted before its tools with executeTools: false.`,
  );
}

function assertUnanswered(record: RunRecord): void {
  const before = answers.get(record);
  if (!before) return;
  throw new UsageError(
    before === 'begun'
      ? 'The pending calls of this response are being answered. Await the first answerPending().'
      : 'The pending calls of this response were answered already. Continue from the result of the first answerPending(), so that no tool runs twice.',
  );
}
