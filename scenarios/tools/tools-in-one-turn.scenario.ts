import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const depths: Record<string, string> = { north: '40 cm', south: '15 cm' };

const ski = new Agent({
  name: 'Snow report',
  instructions: 'Compare the slopes for the user.',
  functions: [
    tool({
      name: 'snow_depth',
      parameters: z.object({ slope: z.enum(['north', 'south']) }),
      execute: ({ slope }) => depths[slope],
    }),
  ],
});

export default defineScenario({
  name: 'two tools of one turn are answered together, in the order they were called',
  agent: ski,
  steps: [
    user('Where is more snow?'),
    callTools([callTool('snow_depth', { slope: 'south' }), callTool('snow_depth', { slope: 'north' })]),
    say('On the north slope: 40 cm, against 15 cm in the south.'),
  ],
  expect: {
    toolCalls: [
      {
        turn: [
          { tool: 'snow_depth', args: { slope: 'south' } },
          { tool: 'snow_depth', args: { slope: 'north' } },
        ],
      },
    ],
    stopReason: 'completed',
  },
  check({ trace }) {
    assert.deepEqual(trace.requests[1]?.request.messages.slice(-2), [
      { role: 'tool', tool_call_id: 'call_1', content: '15 cm' },
      { role: 'tool', tool_call_id: 'call_2', content: '40 cm' },
    ]);
  },
});
