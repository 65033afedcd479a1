import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'a customer who wants an instrument is transferred to sales, who know her name and her discount',
  agent: triage,
  contextVariables: { ...ines, discount: 10 },
  steps: [
    user('I would like to play the cello.'),
    callTool('transfer_to_sales'),
    say('For how many months?'),
  ],
  expect: { agents: ['Triage', 'Sales'], finalMessage: 'how many months', stopReason: 'completed' },
  check({ trace: { requests } }) {
    const [first, second] = requests.map(({ request }) => request);
    assert.match(first?.messages[0]?.content as string, /first whom Ines talks to/);
    assert.match(second?.messages[0]?.content as string, /to Ines, who gets 10 % off/);
    assert.deepEqual(
      second?.tools?.map((tool) => tool.function.name),
      ['list_instruments', 'quote', 'rent_instrument', 'back_to_triage'],
    );
  },
});
