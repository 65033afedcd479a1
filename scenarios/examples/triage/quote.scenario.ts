import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { sales } from './agents.ts';
import { ines, passOn } from './suite.ts';

export default defineScenario({
  name: 'a quote has the discount of the customer in it, and rents nothing out',
  agent: sales,
  contextVariables: { ...ines, discount: 15 },
  steps: [
    user('What are five months of the clarinet?'),
    callTool('quote', { instrument: 'clarinet', months: 5 }),
    passOn,
  ],
  expect: {
    finalMessage: '{"instrument":"clarinet","months":5,"euros":76}',
    contextVariables: { rentals: ines.rentals },
    stopReason: 'completed',
  },
});
