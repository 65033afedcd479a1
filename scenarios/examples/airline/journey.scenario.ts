import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

/**
 * Recorded as fixtures/cassettes/examples/airline.json: a flight is changed, then a missing suitcase is reported.
 */
export default defineScenario({
  name: 'a flight is changed, then a bag is missed, and the customer never starts over',
  agent: triage,
  contextVariables: customerCase(),
  steps: [
    user('Hello. My flight on Thursday leaves too early for me.'),
    callTool('transfer_to_flight_modification'),
    callTool('transfer_to_flight_change'),
    callTool('valid_to_change_flight'),
    say('A change costs 45 euros. There are seats on LPW 226, Thursday at 13:40; LPW 240, Friday at 17:50.'),
    user('LPW 226 then, and the fee is all right.'),
    callTool('change_flight', { flight: 'LPW 226' }),
    callTool('case_resolved', { summary: 'Moved to LPW 226.' }),
    say('Done. You fly with LPW 226.'),
    user('And where is my suitcase from Monday?'),
    callTool('transfer_to_triage'),
    callTool('transfer_to_lost_baggage'),
    say('I am sorry that it is missing. What does it look like?'),
    user('It is green, with a yellow strap.'),
    callTool('initiate_baggage_search', { tag: '550 318', looks: 'green, with a yellow strap' }),
    callTool('case_resolved', { summary: 'Search S-550318.' }),
    say('The search is under way. Its number is S-550318, and the bag is brought to your door.'),
    user('Thank you, that was all.'),
    say('Have a good flight!'),
  ],
  expect: {
    agents: ['Triage', 'Flight Modification', 'Flight Change', 'Triage', 'Lost Baggage'],
    contextVariables: {
      bags: [{ tag: '550 318', daysMissing: 3, search: 'S-550318' }],
      resolved: ['Moved to LPW 226.', 'Search S-550318.'],
    },
    stopReason: 'completed',
  },
  check({ trace: { requests, toolCalls } }) {
    // The agent of the second half knows the flight that the first half booked.
    assert.match(requests.at(-1)?.request.messages[0]?.content as string, /BRG44T: LPW 226,[^]*225 euros/);
    assert.deepEqual(
      toolCalls.filter(({ error }) => error),
      [],
    );
  },
});
