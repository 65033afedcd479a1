import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const pharmacy = new Agent({
  name: 'Pharmacy',
  functions: [
    tool({
      name: 'mix_ointment',
      description: 'Mixes an ointment. Ask for the weight first.',
      parameters: z.object({
        base: z.string().describe('What it is mixed from.'),
        grams: z.int().min(1).max(500),
        jar: z.string().default('glass'),
      }),
      execute: ({ base, grams, jar }) => `${grams} g of ${base} in ${jar}`,
    }),
  ],
});

export default defineScenario({
  name: 'the model is shown name, description and arguments of a tool, and may leave out those with a default',
  agent: pharmacy,
  steps: [
    user('50 grams of lanolin, please.'),
    callTool('mix_ointment', { base: 'lanolin', grams: 50 }),
    say('Here you are.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace: { requests, toolCalls } }) {
    const [shown] = requests[0]?.request.tools ?? [];
    assert.equal(shown?.type, 'function');
    const { name, description, parameters } = shown.function;
    assert.equal(name, 'mix_ointment');
    assert.equal(description, 'Mixes an ointment. Ask for the weight first.');
    assert.equal(parameters?.['type'], 'object');
    assert.deepEqual(parameters['required'], ['base', 'grams']);
    assert.deepEqual(parameters['properties'], {
      base: { type: 'string', description: 'What it is mixed from.' },
      grams: { type: 'integer', minimum: 1, maximum: 500 },
      jar: { type: 'string', default: 'glass' },
    });
    assert.equal(toolCalls[0]?.content, '50 g of lanolin in glass');
  },
});
