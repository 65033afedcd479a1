import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'triage asks until it knows that a bag is missing, and the search begins',
  agent: triage,
  contextVariables: customerCase(),
  steps: [
    user('Something went wrong with my trip!'),
    say('I am sorry to hear that. Is it about your flight, or about a bag?'),
    user('My suitcase is not here.'),
    callTool('transfer_to_lost_baggage'),
    say('What does it look like?'),
    user('Grey, with a sticker of a whale.'),
    callTool('initiate_baggage_search', { tag: '550 318', looks: 'grey, a sticker of a whale' }),
    callTool('case_resolved', { summary: 'Search S-550318 for the grey suitcase.' }),
    ({ messages }) => say(messages.at(-3)?.content as string),
  ],
  expect: {
    agents: ['Triage', 'Lost Baggage'],
    contextVariables: {
      bags: [{ tag: '550 318', daysMissing: 3, search: 'S-550318' }],
      resolved: ['Search S-550318 for the grey suitcase.'],
    },
    stopReason: 'completed',
  },
  check({ trace: { requests } }) {
    const [asked, , , searched] = requests.map(({ request }) => request.messages[0]?.content as string);
    assert.match(asked!, /Missing bags: 550 318\.\n[^]*Find out what the customer has come for/);
    assert.match(searched!, /Olga Strand[^]*1\. Ask what the bag looks like/);
    // The instructions are written again for each turn.
    assert.match(requests.at(-1)?.request.messages[0]?.content as string, /550 318 \(search S-550318\)/);
  },
});
