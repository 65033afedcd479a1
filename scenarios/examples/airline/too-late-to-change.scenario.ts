import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { flightModification } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a classic fare is not changed on the last day, and is given up for credits in its place',
  agent: flightModification,
  contextVariables: customerCase({ fare: 'classic', hoursLeft: 20 }),
  steps: [
    user('Can I go on Friday?'),
    callTool('transfer_to_flight_change'),
    callTool('valid_to_change_flight'),
    say('I am sorry, it is too late to change: your flight leaves in 20 hours.'),
    user('Then I am not going at all.'),
    callTool('transfer_to_triage'),
    callTool('transfer_to_flight_modification'),
    callTool('transfer_to_flight_cancel'),
    say('You get 180 euros in credits. It cannot be undone. Shall I?'),
    user('Yes.'),
    callTool('initiate_flight_credits'),
    say('Done: 180 euros in credits.'),
  ],
  expect: {
    agents: ['Flight Modification', 'Flight Change', 'Triage', 'Flight Modification', 'Flight Cancel'],
    contextVariables: { credits: 180, otherFlights: customerCase({ hoursLeft: 20 }).otherFlights },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(JSON.parse(toolCalls[1]?.content ?? ''), {
      valid: false,
      because: 'A classic fare can be changed until 24 hours before departure, and LPW 118 departs in 20.',
    });
  },
});
