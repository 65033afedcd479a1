import { answerPending, Swarm, type Message } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { makeShopper } from './agents.ts';
import { openShop, sql } from './shop.ts';

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
  const answered = await answerPending(interrupted, ({ tool, args }) => {
    shown.push(`${tool} ${JSON.stringify(args)}`);
    return 'execute';
  });
  const done = await swarm.run(answered);

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

  const refusal = { answer: 'The person at the till said no.' };
  const done = await swarm.run(await answerPending(interrupted, () => refusal));

  expect(done).toHaveSeen({ message: 'The person at the till said no.' });
  expect(shop.all(sql`SELECT * FROM refunds`)).toEqual([]);
});
