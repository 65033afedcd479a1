import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a wrong name on the ticket is for a person, and the booking stays as it is',
  agent: triage,
  contextVariables: customerCase(),
  steps: [
    user('My ticket says Strang, and I am called Strand.'),
    callTool('transfer_to_flight_modification'),
    callTool('escalate_to_agent', { reason: 'The ticket says Strang and has to say Strand.' }),
    say('A person corrects that. They are with you in a few minutes.'),
  ],
  expect: {
    agents: ['Triage', 'Flight Modification'],
    contextVariables: {
      booking: customerCase().booking,
      escalation: 'The ticket says Strang and has to say Strand.',
      resolved: [],
    },
    stopReason: 'completed',
  },
});
