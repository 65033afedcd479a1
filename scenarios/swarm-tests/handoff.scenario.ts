import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const second = new Agent({ name: 'Second mate' });
const first = new Agent({
  name: 'First mate',
  functions: [
    function wake_second_mate() {
      return second;
    },
  ],
});

export default defineScenario({
  name: 'after a handoff the other agent gives the answer, and the response says so',
  agent: first,
  steps: [user('Who takes the night watch?'), callTool('wake_second_mate'), say('I do.')],
  expect: { agents: ['First mate', 'Second mate'], finalMessage: 'I do.', stopReason: 'completed' },
  check({ response }) {
    assert.equal(response?.agent, second);
    assert.equal(response.messages.at(-1)?.sender, 'Second mate');
  },
});
