import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { defineScenario, user } from 'swarmcheck/testing';

export default defineScenario({
  name: 'with no turns allowed the model is never asked',
  agent: new Agent({ name: 'Night porter' }),
  maxTurns: 0,
  steps: [user('Is anybody there?')],
  expect: { toolCalls: [], stopReason: 'max_turns' },
  check({ trace, response }) {
    assert.deepEqual(trace.requests, []);
    assert.deepEqual(response?.messages, []);
  },
});
