import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

interface Basket {
  items: string[];
}

const greengrocer = new Agent<Basket>({
  name: 'Greengrocer',
  functions: [
    tool({
      name: 'add',
      parameters: z.object({ item: z.string() }),
      execute({ item }, { contextVariables }) {
        contextVariables['items'].push(item);
        return 'added';
      },
    }),
    function count({ items }) {
      return items.length;
    },
  ],
});

const basket: Basket = { items: ['leek'] };

export default defineScenario({
  name: 'what a tool writes into the context, the next call of the same turn reads',
  agent: greengrocer,
  contextVariables: basket,
  steps: [
    user('Add a pear. How many things do I have?'),
    callTools([callTool('add', { item: 'pear' }), callTool('count')]),
    say('Two.'),
  ],
  expect: { contextVariables: { items: ['leek', 'pear'] }, stopReason: 'completed' },
  check({ trace }) {
    const answers = trace.toolCalls.map(({ content }) => content);
    assert.deepEqual(answers, ['added', '2']);
    assert.deepEqual(basket, { items: ['leek'] }, "the caller's own object is not touched");
  },
});
