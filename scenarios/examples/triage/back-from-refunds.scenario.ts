import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'a customer whom refunds hand back is not sent to them again, but to sales',
  agent: refunds,
  contextVariables: ines,
  steps: [
    user('I keep the harp. And I want a clarinet as well.'),
    callTool('back_to_triage', { wish: 'a clarinet' }),
    callTool('transfer_to_sales'),
    say('A clarinet is 18 euros a month.'),
  ],
  expect: {
    agents: ['Refunds', 'Triage', 'Sales'],
    contextVariables: { rentals: ines.rentals },
    stopReason: 'completed',
  },
  check({ trace: { requests } }) {
    assert.equal(requests[1]?.request.messages.at(-1)?.content, 'The customer wants: a clarinet');
  },
});
