import type { Message } from '../../engine/model/messages.ts';
import type { CompletionProvider } from '../../engine/model/provider.ts';
import { ConversationDriver } from '../../engine/run/conversation-driver.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import { ownContext } from '../../engine/run/context.ts';
import type { Agent, ContextVariables } from '../../engine/tools/agent.ts';
import { prepareAgent } from '../../engine/tools/prepared-agent.ts';
import { runToolCall } from '../../engine/run/tool-call.ts';
import { isPromiseLike } from '../../engine/values/promise.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { merge } from '../reference-model/plain-values.ts';
import { assertSameOutcome, converse, finished, inOnePiece, type RunOnce, type RunParts } from './by-hand.ts';
import { assertOurAgents } from './compared-plays.ts';

/** A run that stops after each turn, and is then resumed. */
const cutAfterEachTurn: RunOnce = async (provider, hooks, parts) => {
  const driver = new ConversationDriver(parts);
  for (let turn = 0; ; turn++) {
    const maxTurns = Math.min(1, parts.maxTurns - turn);
    const { stopReason } = await driver.send([], (input) =>
      finished(provider, hooks, { ...parts, ...input, maxTurns }),
    );
    if (stopReason === 'max_turns' && turn + 1 < parts.maxTurns) continue;
    const { agent, messages, contextVariables } = driver.state;
    return { messages: messages.slice(parts.messages.length), agent, contextVariables, stopReason };
  }
};

export async function cutAndResumed(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const plain = await converse(scenario, inOnePiece);
  const cut = await converse(scenario, cutAfterEachTurn);
  assertSameOutcome(
    'cut-and-resumed-equals-uninterrupted',
    plain,
    cut,
    'when the run is cut after each turn',
  );
}

/**
 * A run that is interrupted before its tools. The tools are executed outside of the run, and the next run continues
 * with their results.
 */
const interruptedBeforeTools: RunOnce = async (provider, hooks, parts) => {
  const produced: Message[] = [];
  let { agent } = parts;
  let context = ownContext(parts.contextVariables);
  for (let turn = 1; turn <= parts.maxTurns; turn++) {
    const messages = [...parts.messages, ...produced];
    const piece = await askOnce(provider, hooks, { ...parts, agent, contextVariables: context, messages });
    produced.push(...piece.messages);
    context = piece.contextVariables;
    if (piece.stopReason !== 'interrupted')
      return { messages: produced, agent, contextVariables: context, stopReason: piece.stopReason };
    const answered = await executeByHand(agent, piece.messages.at(-1)!, context, hooks, turn);
    produced.push(...answered.messages);
    agent = answered.agent;
  }
  return { messages: produced, agent, contextVariables: context, stopReason: 'max_turns' };
};

async function askOnce(
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  parts: RunParts,
): ReturnType<RunOnce> {
  return await finished(provider, hooks, { ...parts, executeTools: false });
}

/** Executes the calls of an interrupted run, as a person or an app would. */
async function executeByHand(
  agent: Agent,
  asked: Message,
  contextVariables: ContextVariables,
  hooks: readonly Hooks[],
  turn: number,
): Promise<{ messages: Message[]; agent: Agent }> {
  const messages: Message[] = [];
  const changes: object[] = [];
  let active = agent;
  const prepared = prepareAgent(agent);
  const { signal } = new AbortController();
  const scene = {
    agent,
    prepared,
    contextVariables,
    hooks,
    turn,
    events: [],
    signal: () => signal,
    throwIfAborted: () => {},
  };
  for (const call of (asked.role === 'assistant' && asked.tool_calls) || []) {
    if (call.type !== 'function') continue;
    const running = runToolCall(call, scene);
    let item = running.next();
    while (!item.done) item = await settled(item.value, running);
    const { content, contextVariables: change, handoff } = item.value;
    messages.push({ role: 'tool', tool_call_id: call.id, tool_name: call.function.name, content });
    if (change) changes.push(change);
    if (handoff) active = handoff;
  }
  for (const change of changes) merge(contextVariables, change);
  return { messages, agent: active };
}

async function settled(
  value: unknown,
  running: ReturnType<typeof runToolCall>,
): Promise<ReturnType<ReturnType<typeof runToolCall>['next']>> {
  if (!isPromiseLike(value)) return running.next(value);
  let result: unknown;
  try {
    result = await value;
  } catch (error) {
    return running.throw(error);
  }
  return running.next(result);
}

export async function interruptedAndResumed(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  // A scenario with `executeTools: false` has no continuation to compare with, so its tools are executed.
  const whole = { ...scenario, executeTools: true };
  const plain = await converse(whole, inOnePiece);
  const resumed = await converse(whole, interruptedBeforeTools);
  assertSameOutcome(
    'interrupted-and-resumed-equals-uninterrupted',
    plain,
    resumed,
    'when the tools are executed by hand',
  );
}
