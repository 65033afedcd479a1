import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { flightModification } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a saver fare is given nothing for, but whoever is too ill to fly is heard by a person',
  agent: flightModification,
  contextVariables: customerCase({ fare: 'saver' }),
  steps: [
    user('I am in hospital and cannot fly. Cancel it.'),
    callTool('transfer_to_flight_cancel'),
    callTool('initiate_flight_credits'),
    callTool('initiate_refund'),
    callTool('escalate_to_agent', { reason: 'In hospital, wants something back for a saver fare.' }),
    say('I am sorry. A person looks at this with you in a few minutes.'),
  ],
  expect: {
    agents: ['Flight Modification', 'Flight Cancel'],
    contextVariables: {
      booking: customerCase({ fare: 'saver' }).booking,
      credits: 0,
      escalation: 'In hospital, wants something back for a saver fare.',
    },
    toolResults: [
      { tool: 'initiate_flight_credits', contentContains: 'There are no credits for a saver fare.' },
      { tool: 'initiate_refund', contentContains: 'A saver fare is not refunded.' },
    ],
    stopReason: 'completed',
  },
});
