import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const workshop = new Agent({ name: 'Workshop' });

const counter = new Agent({
  name: 'Counter',
  functions: [
    function to_workshop() {
      return workshop;
    },
  ],
});

export default defineScenario({
  name: 'a function that returns an agent hands the conversation to it',
  agent: counter,
  steps: [user('My watch has stopped.'), callTool('to_workshop'), say('Let me open it.')],
  expect: { agents: ['Counter', 'Workshop'], stopReason: 'completed' },
  check({ trace, response }) {
    assert.equal(response?.agent, workshop);
    assert.equal(trace.toolCalls[0]?.content, '{"assistant":"Workshop"}');
  },
});
