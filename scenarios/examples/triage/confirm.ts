import { Swarm, type Agent, type Message, type Response } from 'swarmcheck';
import { scriptedProvider } from 'swarmcheck/testing';
import type { Customer } from './shop.ts';

/** Shows a call to a person, who decides whether it may run. */
export type Confirm = (tool: string, args: string) => boolean | Promise<boolean>;

type Reached = Pick<Response<Customer>, 'agent' | 'messages' | 'contextVariables'>;

/** The tools that a person has to confirm. */
const confirmed = new Set(['refund_rental']);

const mostTurns = 20;

/**
 * Like `swarm.run`, but a person confirms each refund before it is made. Each turn is a separate run with
 * `executeTools: false`, which stops at the calls of the model; those that are allowed are then run here.
 */
export async function runConfirmed(
  swarm: Swarm,
  start: { agent: Agent; messages: readonly Message[]; contextVariables: Customer },
  confirm: Confirm,
): Promise<Response<Customer>> {
  let { agent, contextVariables } = start;
  const messages: Message[] = [];
  for (let turn = 1; turn <= mostTurns; turn++) {
    const history = [...start.messages, ...messages];
    const asked = await swarm.run({ agent, messages: history, contextVariables, executeTools: false });
    messages.push(...asked.messages);
    if (asked.stopReason !== 'interrupted') return { ...asked, messages };
    const answered = await answerCalls(asked, confirm);
    messages.push(...answered.messages);
    ({ agent, contextVariables } = answered);
  }
  return { agent, messages, contextVariables, stopReason: 'max_turns' };
}

/** Answers every call of an interruption: the API refuses a history in which a call has no answer. */
async function answerCalls(asked: Response<Customer>, confirm: Confirm): Promise<Reached> {
  const last = asked.messages.at(-1);
  const calls = last?.role === 'assistant' ? (last.tool_calls ?? []) : [];
  const allowed: { id: string; tool: string; rawArgs: string }[] = [];
  const declined: Message[] = [];
  for (const call of calls) {
    if (call.type !== 'function') continue;
    const { name, arguments: rawArgs } = call.function;
    if (!confirmed.has(name) || (await confirm(name, rawArgs)))
      allowed.push({ id: call.id, tool: name, rawArgs });
    else
      declined.push({
        role: 'tool',
        tool_call_id: call.id,
        content: 'The clerk did not confirm this refund.',
      });
  }
  const ran = await runCalls(asked, allowed);
  return { ...ran, messages: [...ran.messages, ...declined] };
}

/**
 * Runs calls with a scripted model that makes exactly these calls. The engine then handles them as usual: it
 * validates the arguments, changes the context variables and hands off.
 */
async function runCalls(
  { agent, contextVariables }: Reached,
  calls: { id: string; tool: string; rawArgs: string }[],
): Promise<Reached> {
  if (calls.length === 0) return { agent, contextVariables, messages: [] };
  const swarm = new Swarm({ provider: scriptedProvider([{ calls }]) });
  const ran = await swarm.run({ agent, contextVariables, messages: [], maxTurns: 1 });
  // The first message contains the calls, which the history already has.
  return { ...ran, messages: ran.messages.slice(1) };
}
