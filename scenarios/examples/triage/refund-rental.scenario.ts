import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { harp, ines, passOn, ukulele } from './suite.ts';

export default defineScenario({
  name: 'a rental is refunded with the months that have not begun',
  agent: refunds,
  contextVariables: ines,
  steps: [
    user('R-1, please. I play the drums now.'),
    callTool('refund_rental', { number: 'R-1', reason: 'plays the drums now' }),
    passOn,
  ],
  expect: {
    finalMessage: 'R-1 is refunded with 380 euros.',
    contextVariables: { rentals: [{ ...harp, refunded: 380 }, ukulele], discount: 0 },
    stopReason: 'completed',
  },
});
