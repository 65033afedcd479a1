import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { sales } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'two instruments that are rented out in one turn have numbers of their own',
  agent: sales,
  contextVariables: ines,
  steps: [
    user('A cello for two months and a clarinet for one.'),
    callTools([
      callTool('rent_instrument', { instrument: 'cello', months: 2 }),
      callTool('rent_instrument', { instrument: 'clarinet', months: 1 }),
    ]),
    say('Both are yours.'),
  ],
  expect: {
    contextVariables: {
      rentals: [
        ...ines.rentals,
        { number: 'R-3', instrument: 'cello', months: 2, begun: 0, paid: 80 },
        { number: 'R-4', instrument: 'clarinet', months: 1, begun: 0, paid: 18 },
      ],
    },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.content, '{"number":"R-3","instrument":"cello","months":2,"paid":80}');
    assert.equal(ines.rentals.length, 2, 'what a run is given stays as it was');
  },
});
