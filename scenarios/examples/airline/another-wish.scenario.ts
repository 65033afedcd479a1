import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a customer with a missing bag asks for another flight, and the search goes on',
  agent: triage,
  contextVariables: customerCase(),
  steps: [
    user('My backpack did not come. It is blue.'),
    callTool('transfer_to_lost_baggage'),
    say('Shall all stations look for it?'),
    user('Yes, please. And without it I am not flying on Thursday.'),
    // Both calls are in one turn: the search is kept, and the handoff follows it.
    callTools([
      callTool('initiate_baggage_search', { tag: '550 318', looks: 'blue backpack' }),
      callTool('transfer_to_triage'),
    ]),
    callTool('transfer_to_flight_modification'),
    say('Would you like to fly later, or not at all?'),
  ],
  expect: {
    agents: ['Triage', 'Lost Baggage', 'Triage', 'Flight Modification'],
    contextVariables: { bags: [{ tag: '550 318', daysMissing: 3, search: 'S-550318' }] },
    finalMessage: 'fly later, or not at all',
    stopReason: 'completed',
  },
  check({ trace: { requests } }) {
    const instructions = requests.at(-1)?.request.messages[0]?.content as string;
    assert.match(instructions, /550 318 \(search S-550318\)[^]*fly at another time, or not at all/);
  },
});
