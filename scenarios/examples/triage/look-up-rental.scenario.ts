import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { ines, passOn } from './suite.ts';

export default defineScenario({
  name: 'what is refundable of a rental are the months that have not begun',
  agent: refunds,
  contextVariables: ines,
  steps: [user('How much do I get back for R-1?'), callTool('look_up_rental', { number: 'R-1' }), passOn],
  expect: {
    finalMessage:
      '{"number":"R-1","instrument":"harp","months":6,"begun":2,"paid":570,"refundable":380,"discount":0}',
    stopReason: 'completed',
  },
});
