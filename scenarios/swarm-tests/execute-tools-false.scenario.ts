import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { z } from 'zod';

const kennel = new Agent({
  name: 'Kennel',
  functions: [
    tool({
      name: 'let_out',
      parameters: z.object({ dog: z.string() }),
      execute({ dog }, { contextVariables }) {
        contextVariables['out'] = dog;
        return 'out';
      },
    }),
  ],
});

export default defineScenario({
  name: 'without executeTools the function is not run, and its call is the last message',
  agent: kennel,
  executeTools: false,
  steps: [user('Let Bruno out.'), callTool('let_out', { dog: 'Bruno' })],
  expect: { stopReason: 'interrupted' },
  check({ response }) {
    assert.deepEqual(response?.contextVariables, {});
    const last = response.messages.at(-1);
    assert.deepEqual(last?.role === 'assistant' && last.tool_calls, [
      { id: 'call_1', type: 'function', function: { name: 'let_out', arguments: '{"dog":"Bruno"}' } },
    ]);
  },
});
