import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { flightCancel } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a customer who is about to cancel would rather change, and nothing is cancelled',
  agent: flightCancel,
  contextVariables: customerCase(),
  messages: [{ role: 'user', content: 'Cancel my flight.' }],
  steps: [
    say('Would another flight do? For a cancelled classic fare there are credits, and no money.'),
    user('Oh. Wait, then let me rather fly on Friday.'),
    callTool('transfer_to_triage'),
    callTool('transfer_to_flight_modification'),
    callTool('transfer_to_flight_change'),
    callTool('valid_to_change_flight'),
    say('LPW 240 has seats, on Friday at 17:50. It costs 45 euros.'),
    user('Good.'),
    callTool('change_flight', { flight: 'LPW 240' }),
    say('You are on LPW 240.'),
  ],
  expect: {
    agents: ['Flight Cancel', 'Triage', 'Flight Modification', 'Flight Change'],
    contextVariables: { credits: 0 },
    stopReason: 'completed',
  },
  check({ trace: { requests }, response }) {
    const { booking } = response!.contextVariables as ReturnType<typeof customerCase>;
    assert.equal(booking.status, 'booked');
    assert.equal(booking.flight.number, 'LPW 240');
    // The agent that takes over sees the whole conversation.
    const { messages } = requests.findLast(({ agent }) => agent === 'Triage')!.request;
    assert.equal(messages[1]?.content, 'Cancel my flight.');
  },
});
