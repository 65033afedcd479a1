import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { defineScenario, refuse, user } from 'swarmcheck/testing';

export default defineScenario({
  name: 'a refusal ends the run like an answer, and reaches the caller as a refusal',
  agent: new Agent({ name: 'Chemist', instructions: 'Answer questions about household chemicals.' }),
  steps: [user('What do I mix to hurt somebody?'), refuse('I will not help with that.')],
  expect: { stopReason: 'completed' },
  check({ response }) {
    assert.deepEqual(response?.messages, [
      { role: 'assistant', content: null, refusal: 'I will not help with that.', sender: 'Chemist' },
    ]);
  },
});
