import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

const ticket = {
  subject: 'Rent a piano',
  description: 'A choir asks whether Tuttiplan lets out pianos. No article says so.',
};

export default defineScenario({
  name: 'what no article is about becomes a ticket',
  agent: () => makeSupportBot(),
  steps: [
    user('Can we rent a grand piano from you?'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'rent a grand piano' }),
    callTool('submit_ticket', ticket),
    say('Our articles do not say. I have opened ticket T-1, and somebody will tell you.'),
  ],
  expect: { contextVariables: { tickets: [{ number: 'T-1', ...ticket }] }, stopReason: 'completed' },
  check({ trace: { requests, toolCalls } }) {
    assert.equal(toolCalls[1]?.content, 'No article has anything about "rent a grand piano".');
    assert.equal(toolCalls[2]?.content, 'Ticket T-1 is open.');
    assert.match(
      requests.at(-1)?.request.messages[0]?.content as string,
      /Where no article has the answer.* submit a ticket/,
    );
  },
});
