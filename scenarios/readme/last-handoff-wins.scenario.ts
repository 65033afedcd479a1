import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';

const dispatcher = new Agent({
  name: 'Dispatcher',
  functions: [
    function send_bicycle() {
      return new Agent({ name: 'Bicycle' });
    },
    function send_van() {
      return new Agent({ name: 'Van' });
    },
    function write_log() {
      return 'written';
    },
  ],
});

export default defineScenario({
  name: 'of two handoffs in one turn the last wins, and an ordinary tool after it does not undo it',
  agent: dispatcher,
  steps: [
    user('Fetch the piano.'),
    callTools([callTool('send_bicycle'), callTool('send_van'), callTool('write_log')]),
    say('I am on my way.'),
  ],
  expect: { agents: ['Dispatcher', 'Van'], stopReason: 'completed' },
  check({ trace }) {
    assert.deepEqual(trace.handoffs, [{ run: 1, turn: 1, from: 'Dispatcher', to: 'Van', tool: 'send_van' }]);
    const answers = trace.toolCalls.map(({ content }) => content);
    assert.deepEqual(answers, ['{"assistant":"Bicycle"}', '{"assistant":"Van"}', 'written']);
  },
});
