import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, user } from 'swarmcheck/testing';

const lift = new Agent({
  name: 'Lift',
  functions: [
    function go_up({ floor }: { floor: number }) {
      return `now on floor ${floor + 1}`;
    },
  ],
});

export default defineScenario({
  name: 'with one turn allowed its tool still runs, and the model is not asked again',
  agent: lift,
  contextVariables: { floor: 2 },
  maxTurns: 1,
  steps: [user('Up, please.'), callTool('go_up')],
  expect: { toolCalls: ['go_up'], stopReason: 'max_turns' },
  check({ response }) {
    assert.deepEqual(response?.messages.at(-1), {
      role: 'tool',
      tool_call_id: 'call_1',
      tool_name: 'go_up',
      content: 'now on floor 3',
    });
  },
});
