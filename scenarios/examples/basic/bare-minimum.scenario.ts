import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

export default defineScenario({
  name: 'an agent with nothing but its defaults answers a greeting',
  agent: new Agent(),
  steps: [user('Good morning!'), say('Good morning. What can I do for you?')],
  expect: { agents: ['Agent'], toolCalls: [], finalMessage: 'Good morning.', stopReason: 'completed' },
  check({ trace }) {
    assert.deepEqual(trace.requests[0]?.request, {
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'You are a helpful agent.' },
        { role: 'user', content: 'Good morning!' },
      ],
    });
  },
});
