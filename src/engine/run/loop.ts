import type { ToolCall } from '../model/completion.ts';
import type { Message } from '../model/messages.ts';
import type { Agent } from '../tools/agent.ts';
import { isCurrent, prepareAgent, type PreparedAgent } from '../tools/prepared-agent.ts';
import { runToolCall, type CallScene } from './tool-call.ts';
import { askModel } from './ask-model.ts';
import { contextChange, mergeContext, traceContext } from './context.ts';
import type { AnsweredCalls } from './answered-calls.ts';
import type { RecordedEvent, StopReason } from './events.ts';
import { callHooks } from './hooks.ts';
import { isAbort, type Loop, type RunState } from './run-state.ts';

/** The run, from its first event to its last (Swarm's README, `client.run()`). */
export function* runLoop(state: RunState): Loop<StopReason> {
  yield startOf(state);
  if (state.answered) yield* answeredBefore(state, state.answered);
  try {
    const outcome = yield* turns(state);
    yield { type: 'run-end', agent: state.agent.name, outcome };
    return outcome;
  } catch (error) {
    yield brokenOff(state, error);
    throw error;
  }
}

/**
 * Answers the calls of an interrupted run as that run would have: `state` has its events, up to the calls. `decide`
 * returns the answers that replace the results of calls.
 */
export function* answerLoop(
  state: RunState,
  turn: number,
  calls: readonly ToolCall[],
  decide: Loop<ReadonlyMap<ToolCall, unknown>>,
): Loop<StopReason> {
  if (state.events.length === 0) yield startOf(state);
  try {
    state.signal?.throwIfAborted();
    state.answers = yield* decide;
    state.signal?.throwIfAborted();
    yield* answerCalls(state, state.agent, prepareAgent(state.agent), turn, calls);
    return 'interrupted';
  } catch (error) {
    yield brokenOff(state, error);
    throw error;
  }
}

/** A run that continues from answered calls starts with the agent and the context from before the answers. */
function startOf(state: RunState): RecordedEvent {
  return {
    type: 'run-start',
    agent: (state.answered?.agent ?? state.agent).name,
    messages: state.input as Message[],
    contextVariables: state.answered?.context ?? state.tracedContext,
    maxTurns: state.maxTurns === Infinity ? null : Math.max(0, state.maxTurns),
    executeTools: state.executeTools,
  };
}

/**
 * The events of the answered calls. The caller may have changed the context since, so the change is computed again.
 */
function* answeredBefore(state: RunState, { results, context, handoff }: AnsweredCalls): Loop<void> {
  yield* results;
  const changed = contextChange(context, state.tracedContext);
  if (changed) yield { type: 'context-change', turn: 0, ...changed };
  if (handoff) yield handoff;
}

function brokenOff(state: RunState, error: unknown): RecordedEvent {
  return { type: 'run-end', agent: state.agent.name, outcome: isAbort(state, error) ? 'aborted' : 'failed' };
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
    const { calls } = yield* askModel(state, agent, prepared, turn);

    if (calls.length === 0) return 'completed';
    if (!state.executeTools) return 'interrupted';
    yield* answerCalls(state, agent, prepared, turn, calls);
  }
  return 'max_turns';
}

/**
 * Runs a turn's calls in order, then applies their effects on the run: first the context variables, then the handoff.
 */
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
    events: state.events,
    answers: state.answers,
    signal: () => state.toolSignal(),
    throwIfAborted: () => state.signal?.throwIfAborted(),
  };
  const changes: object[] = [];
  let handoff: { to: Agent; tool: string } | undefined;
  for (const call of calls) {
    state.signal?.throwIfAborted();
    const { name, arguments: rawArgs } = call.function;
    const outcome = yield* runToolCall(call, scene);
    const { content, error, thrown } = outcome;
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
      thrown,
    };
    // The hook is called after the result is kept. If the hook throws, the call has still happened.
    if (outcome.executed) yield* callHooks(state.hooks, 'afterTool', outcome.executed);
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
