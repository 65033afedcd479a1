import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { flightModification } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'the model learns how a flight is written, and which have seats',
  agent: flightModification,
  contextVariables: customerCase({ fare: 'flex' }),
  steps: [
    user('Move me to the flight on Friday morning, or to the next one with a seat.'),
    callTool('transfer_to_flight_change'),
    callTool('change_flight', { flight: '232' }, { hallucinated: true }),
    callTool('change_flight', { flight: 'LPW 232' }),
    callTool('change_flight', { flight: 'LPW 240' }),
    say('LPW 232 is full. You are on LPW 240, on Friday at 17:50.'),
  ],
  expect: {
    agents: ['Flight Modification', 'Flight Change'],
    stopReason: 'completed',
  },
  check({ trace: { toolCalls }, response }) {
    const [, malformed, full, changed] = toolCalls;
    assert.equal(malformed?.error, 'invalid-arguments');
    assert.match(malformed.content, /LPW/);
    assert.equal(full?.error, 'threw');
    assert.match(full.content, /LPW 232 has no seat for this booking\. These have: LPW 226, LPW 240\./);
    assert.equal(changed?.content, 'BRG44T is on LPW 240 now, Friday at 17:50. Charged: 0 euros.');
    assert.equal(response?.contextVariables['booking'].flight.number, 'LPW 240');
  },
});
