import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const house = new Agent({
  name: 'House',
  instructions: 'Switch things off when people leave.',
  functions: [
    tool({
      name: 'switch_off',
      parameters: z.object({ what: z.string() }),
      execute({ what }, { contextVariables }) {
        if (what === 'oven') throw new Error('the oven does not answer');
        (contextVariables['off'] ??= []).push(what);
        return 'off';
      },
    }),
  ],
});

export default defineScenario({
  name: 'one call that fails does not keep the others of its turn from running',
  agent: house,
  steps: [
    user('I am leaving.'),
    callTools([
      callTool('switch_off', { what: 'lights' }),
      callTool('switch_off', { what: 'oven' }),
      callTool('switch_off', { what: 'radio' }),
    ]),
    say('All is off but the oven. Please look at it before you go.'),
  ],
  expect: { contextVariables: { off: ['lights', 'radio'] }, stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    const answers = toolCalls.map(({ content }) => content);
    assert.deepEqual(answers, ['off', 'Error: Tool switch_off failed: the oven does not answer', 'off']);
  },
});
