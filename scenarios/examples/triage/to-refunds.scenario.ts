import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'a customer who gives something back is transferred to refunds, who are to offer a discount first',
  agent: triage,
  contextVariables: ines,
  steps: [
    user('The harp is too expensive. Take it back, please.'),
    callTool('transfer_to_refunds'),
    say('What number stands on your receipt?'),
  ],
  expect: { agents: ['Triage', 'Refunds'], finalMessage: 'What number', stopReason: 'completed' },
  check({ trace: { requests } }) {
    const [first, second] = requests.map(({ request }) => request);
    assert.deepEqual(
      first?.tools?.map((tool) => tool.function.name),
      ['transfer_to_sales', 'transfer_to_refunds'],
    );
    assert.match(second?.messages[0]?.content as string, /from Ines\. .*offer a discount/);
    assert.deepEqual(
      second?.tools?.map((tool) => tool.function.name),
      ['look_up_rental', 'grant_discount', 'refund_rental', 'back_to_triage'],
    );
  },
});
