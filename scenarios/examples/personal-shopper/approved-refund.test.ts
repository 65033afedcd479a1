import { Swarm, type AgentFunction, type Message, type Response } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { makeShopper } from './agents.ts';
import { openShop, sql } from './shop.ts';

/** Whether a person at the till approves a call. */
type Decide = (call: string) => boolean;

/** The answers of an app to the calls of an interruption. The approved calls run. */
async function answersTo(
  { messages, agent, contextVariables }: Response,
  decide: Decide,
): Promise<Message[]> {
  const last = messages.at(-1);
  const calls = (last?.role === 'assistant' && last.tool_calls) || [];
  const answers: Message[] = [];
  for (const call of calls) {
    if (call.type !== 'function') throw new Error(`A call of type ${call.type} is none of ours.`);
    const { name, arguments: args } = call.function;
    const content = decide(`${name} ${args}`)
      ? await execute(agent.functions, name, args, contextVariables)
      : 'The person at the till said no.';
    answers.push({ role: 'tool', tool_call_id: call.id, content });
  }
  return answers;
}

async function execute(functions: AgentFunction[], name: string, args: string, contextVariables: object) {
  const found = functions.find((one) => one.name === name);
  if (!found || typeof found === 'function') throw new Error(`There is no tool ${name}.`);
  const context = { contextVariables, toolCallId: name, signal: new AbortController().signal };
  return JSON.stringify(await found.execute(JSON.parse(args), context));
}

const asked: Message = { role: 'user', content: 'Please take 1001 back.' };
const contextVariables = { user_id: 1 };
const refund = callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' });

test('an approved refund is made once, and the model gets its result', async ({ script }) => {
  using shop = openShop();
  const swarm = new Swarm({ provider: script([refund, say('79.48 are on their way.')]) });
  const agent = makeShopper(shop).refunds;
  const interrupted = await swarm.run({ agent, messages: [asked], contextVariables, executeTools: false });
  expect(interrupted).toBeInterrupted({
    pending: [{ tool: 'refund_item', args: { user_id: 1, order_id: 1001, reason: 'scratches' } }],
  });
  expect(shop.all(sql`SELECT * FROM refunds`)).toEqual([]);

  const shown: string[] = [];
  const answers = await answersTo(interrupted, (call) => shown.push(call) > 0);
  const messages = [asked, ...interrupted.messages, ...answers];
  const done = await swarm.run({ agent: interrupted.agent, messages, contextVariables });

  expect(shown).toEqual(['refund_item {"user_id":1,"order_id":1001,"reason":"scratches"}']);
  expect(done).toHaveStoppedBecause('completed');
  expect(done).toHaveSeen({ agent: 'Refunds', message: '{"order_id":1001,"refunded_cents":7948}' });
  expect(shop.all(sql`SELECT order_id, amount_cents FROM refunds`)).toEqual([
    { order_id: 1001, amount_cents: 7948 },
  ]);
});

test('a declined refund is not made, and the model gets the reason', async ({ script }) => {
  using shop = openShop();
  const swarm = new Swarm({ provider: script([refund, say('I am sorry.')]) });
  const agent = makeShopper(shop).refunds;
  const interrupted = await swarm.run({ agent, messages: [asked], contextVariables, executeTools: false });

  const answers = await answersTo(interrupted, () => false);
  const messages = [asked, ...interrupted.messages, ...answers];
  const done = await swarm.run({ agent: interrupted.agent, messages, contextVariables });

  expect(done).toHaveSeen({ message: 'The person at the till said no.' });
  expect(shop.all(sql`SELECT * FROM refunds`)).toEqual([]);
});
