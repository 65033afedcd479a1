import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

export default defineScenario({
  name: 'instructions are the system message, before everything that is said',
  agent: new Agent({ instructions: 'You know everything about moss.' }),
  steps: [user('Does it have roots?'), say('No, only rhizoids.')],
  expect: { agents: ['Agent'], finalMessage: 'rhizoids', stopReason: 'completed' },
  check({ trace }) {
    assert.deepEqual(trace.requests[0]?.request.messages, [
      { role: 'system', content: 'You know everything about moss.' },
      { role: 'user', content: 'Does it have roots?' },
    ]);
  },
});
