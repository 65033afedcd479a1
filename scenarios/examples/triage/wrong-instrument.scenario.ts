import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { sales } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'an instrument that the shop does not have is not rented out, and the model is told which it has',
  agent: sales,
  contextVariables: ines,
  steps: [
    user('A bagpipe, for a month.'),
    callTool('rent_instrument', { instrument: 'bagpipe', months: 1 }, { hallucinated: true }),
    say('We have none. Would a clarinet do?'),
  ],
  expect: { contextVariables: { rentals: ines.rentals }, stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.error, 'invalid-arguments');
    assert.match(toolCalls[0].content, /one of "cello", "clarinet", "harp", "ukulele"/);
  },
});
