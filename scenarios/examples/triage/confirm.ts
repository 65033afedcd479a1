import { answerPending, type Agent, type Message, type Response, type Swarm } from 'swarmcheck';
import type { Customer } from './shop.ts';

/** Shows a call to a person, who decides whether it may run. */
export type Confirm = (tool: string, args: string) => boolean | Promise<boolean>;

/** The tools that a person has to confirm. */
const confirmed = new Set(['refund_rental']);

const mostTurns = 20;

/**
 * Like `swarm.run`, but a person confirms each refund before it is made. Each turn is a separate run with
 * `executeTools: false`, which stops at the calls of the model.
 */
export async function runConfirmed(
  swarm: Swarm,
  start: { agent: Agent; messages: readonly Message[]; contextVariables: Customer },
  confirm: Confirm,
): Promise<Response<Customer>> {
  let input = start;
  for (let turn = 1; turn <= mostTurns; turn++) {
    const asked = await swarm.run({ ...input, executeTools: false });
    if (asked.stopReason !== 'interrupted') {
      const messages = [...input.messages.slice(start.messages.length), ...asked.messages];
      return { ...asked, messages };
    }
    input = await answerPending(asked, async ({ tool, args }) =>
      !confirmed.has(tool) || (await confirm(tool, JSON.stringify(args)))
        ? 'execute'
        : { answer: 'The clerk did not confirm this refund.' },
    );
  }
  const { agent, messages, contextVariables } = input;
  return {
    agent,
    messages: messages.slice(start.messages.length),
    contextVariables,
    stopReason: 'max_turns',
  };
}
