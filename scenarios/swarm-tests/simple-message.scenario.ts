import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

export default defineScenario({
  name: 'what the model says is the last message of the response',
  agent: new Agent(),
  steps: [user('Are you open today?'), say('Until eight.')],
  expect: { stopReason: 'completed' },
  check({ response }) {
    assert.deepEqual(response?.messages, [{ role: 'assistant', content: 'Until eight.', sender: 'Agent' }]);
  },
});
