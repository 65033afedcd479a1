import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const signs = new Agent({
  name: 'Sign painter',
  functions: [
    tool({
      name: 'paint_sign',
      parameters: z.object({ language: z.enum(['fr', 'de']) }),
      execute({ language }, { contextVariables }) {
        return `${language === 'fr' ? 'Bienvenue chez' : 'Willkommen bei'} ${contextVariables['owner']}`;
      },
    }),
  ],
});

export default defineScenario({
  name: 'a tool gets its arguments from the model and the context from the app',
  agent: signs,
  contextVariables: { owner: 'Amélie' },
  steps: [user('Un panneau, svp.'), callTool('paint_sign', { language: 'fr' }), say('Voilà.')],
  expect: { toolCalls: [{ tool: 'paint_sign', args: { language: 'fr' } }], stopReason: 'completed' },
  check({ trace }) {
    assert.equal(trace.toolCalls[0]?.content, 'Bienvenue chez Amélie');
    // The request contains neither the context variables nor a parameter for them.
    assert.doesNotMatch(JSON.stringify(trace.requests[0]?.request), /owner|Amélie|contextVariables/);
  },
});
