import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'a customer is told by e-mail or by phone, at the address that the shop has, and in no other way',
  agent: () => makeShopper(openShop()).sales,
  contextVariables: { user_id: 2 },
  steps: [
    user('Tell me about it by fax, by phone and by e-mail.'),
    callTool('notify_customer', { user_id: 2, method: 'fax' }, { hallucinated: true }),
    callTool('notify_customer', { user_id: 2, method: 'phone' }),
    callTool('notify_customer', { user_id: 2, method: 'email' }),
    callTool('notify_customer', { user_id: 1, method: 'email' }),
    say('You hear from us by phone and by e-mail. We have no fax.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.match(trace.toolCalls[0]!.content, /"method" must be one of "email", "phone"/);
    assert.match(trace.toolCalls[3]!.content, /customer 2 is signed in, and not customer 1\.$/);
    assert.deepEqual(shop.all(sql`SELECT user_id, method, sent_to FROM notifications ORDER BY id`), [
      { user_id: 2, method: 'phone', sent_to: '+386 40 555 902' },
      { user_id: 2, method: 'email', sent_to: 'milan@customers.example' },
    ]);
  },
});
