import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const restaurant = new Agent({
  name: 'Restaurant',
  instructions: 'Book tables for tonight.',
  functions: [
    tool({
      name: 'book_table',
      parameters: z.object({ guests: z.number().int().max(8), at: z.string() }),
      execute({ guests, at }, { contextVariables }) {
        contextVariables['booking'] = { guests, at };
        return `table 5 at ${at}`;
      },
    }),
  ],
});

export default defineScenario({
  name: 'arguments that fail the schema book nothing, and the model corrects each of them',
  agent: restaurant,
  steps: [
    user('A table for four at seven.'),
    callTool('book_table', { guests: 'four', time: '19:00' }, { hallucinated: true }),
    callTool('book_table', { guests: 4, at: '19:00' }),
    say('Table 5 is yours at seven.'),
  ],
  expect: { contextVariables: { booking: { guests: 4, at: '19:00' } }, stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.error, 'invalid-arguments');
    for (const problem of [
      /"guests" must be an integer, but is the string/,
      /"at" is missing/,
      /"time" is not an argument/,
    ]) {
      assert.match(toolCalls[0].content, problem);
    }
    assert.equal(toolCalls[1]?.content, 'table 5 at 19:00');
  },
});
