import assert from 'node:assert/strict';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const waiter = new Agent({
  name: 'Waiter',
  instructions: 'Take the order and pass it on.',
  functions: [
    tool({
      name: 'to_kitchen',
      parameters: z.object({ dish: z.string() }),
      execute: ({ dish }) =>
        new Result({ value: `${dish} is on`, agent: kitchen, contextVariables: { dish, table: 4 } }),
    }),
    tool({
      name: 'to_cellar',
      parameters: z.object({ wine: z.string() }),
      execute: ({ wine }) =>
        new Result({ value: `${wine} is noted`, agent: cellar, contextVariables: { wine, table: 7 } }),
    }),
  ],
});

const kitchen = new Agent({ name: 'Kitchen' });

const cellar = new Agent({
  name: 'Cellar',
  instructions: ({ table, dish, wine }) => `Bring table ${table} the ${wine} that goes with ${dish}.`,
});

export default defineScenario({
  name: 'of two handoffs in one turn both tools run and set the context, and only the last agent becomes active',
  agent: waiter,
  contextVariables: { table: 1 },
  steps: [
    user('The trout, and a Riesling.'),
    callTools([callTool('to_kitchen', { dish: 'trout' }), callTool('to_cellar', { wine: 'Riesling' })]),
    say('Here is your Riesling.'),
  ],
  expect: {
    agents: ['Waiter', 'Cellar'],
    // The variables of both Results; for the same variable, the later Result wins.
    contextVariables: { dish: 'trout', wine: 'Riesling', table: 7 },
    stopReason: 'completed',
  },
  check({ trace }) {
    assert.deepEqual(trace.handoffs, [{ run: 1, turn: 1, from: 'Waiter', to: 'Cellar', tool: 'to_cellar' }]);
    const shown = trace.requests[1]?.request.messages;
    assert.equal(shown?.[0]?.content, 'Bring table 7 the Riesling that goes with trout.');
    // Each call has an answer: the API refuses a request without one.
    assert.deepEqual(shown.slice(-2), [
      { role: 'tool', tool_call_id: 'call_1', content: 'trout is on' },
      { role: 'tool', tool_call_id: 'call_2', content: 'Riesling is noted' },
    ]);
  },
});
