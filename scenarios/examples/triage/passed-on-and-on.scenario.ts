import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { ines } from './suite.ts';

const back = callTool('back_to_triage', { wish: 'a lesson' });

export default defineScenario({
  name: 'a customer whom nobody wants is passed on five times and no more, and ends where she is',
  agent: triage,
  contextVariables: ines,
  maxTurns: 5,
  steps: [
    user('I would like a lesson.'),
    callTool('transfer_to_sales'),
    back,
    callTool('transfer_to_refunds'),
    back,
    callTool('transfer_to_sales'),
  ],
  expect: {
    agents: ['Triage', 'Sales', 'Triage', 'Refunds', 'Triage', 'Sales'],
    stopReason: 'max_turns',
  },
  check({ response }) {
    // The customer has no answer yet. The app has to give one.
    assert.equal(response?.messages.at(-1)?.role, 'tool');
    assert.equal(response.agent.name, 'Sales');
  },
});
