import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { harp, ines, ukulele } from './suite.ts';

const lookUp = callTool('look_up_rental', { number: 'R-1' });

/** Recorded as fixtures/cassettes/examples/triage.json. */
export default defineScenario({
  name: 'a customer who changes her mind twice goes back and forth, and her discount goes with her',
  agent: triage,
  contextVariables: ines,
  steps: [
    user('R-1 is more than I can pay. Can I give it back?'),
    callTool('transfer_to_refunds'),
    lookUp,
    say('You would get 380 euros back. Or 15 % off, if you take something smaller?'),
    user('Something smaller, then.'),
    callTool('grant_discount', { percent: 15 }),
    callTool('back_to_triage', { wish: 'a smaller instrument' }),
    callTool('transfer_to_sales'),
    callTool('list_instruments', { underEuros: 40 }),
    say('A clarinet or a ukulele. Which of them, and for how long?'),
    user('The clarinet, for five months.'),
    callTool('quote', { instrument: 'clarinet', months: 5 }),
    say('That is 76 euros with your discount. Shall I?'),
    user('Yes. And R-1 goes back all the same.'),
    callTool('rent_instrument', { instrument: 'clarinet', months: 5 }),
    callTool('back_to_triage', { wish: 'to give R-1 back' }),
    callTool('transfer_to_refunds'),
    lookUp,
    callTool('refund_rental', { number: 'R-1' }),
    say('The clarinet is yours, and you get 380 euros back for the harp.'),
  ],
  expect: {
    agents: ['Triage', 'Refunds', 'Triage', 'Sales', 'Triage', 'Refunds'],
    contextVariables: {
      discount: 15,
      rentals: [
        { ...harp, refunded: 380 },
        ukulele,
        { number: 'R-3', instrument: 'clarinet', months: 5, begun: 0, paid: 76 },
      ],
    },
    stopReason: 'completed',
  },
});
