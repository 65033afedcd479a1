import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

const ticket = {
  subject: 'Move a series of rehearsals',
  description: 'How are all dates moved at once? The search was out of order.',
};

export default defineScenario({
  name: 'while the search is out of order, a question becomes a ticket',
  agent: () => makeSupportBot(),
  // Replaces the search of this bot, which cannot fail; a search on another machine can.
  tools: {
    search_help_center() {
      throw new Error('The index is missing. No search will find anything until it is back.');
    },
  },
  steps: [
    user('How do I move all rehearsals of this term?'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'move all rehearsals' }),
    callTool('submit_ticket', ticket),
    say('I cannot search our articles just now. I have opened ticket T-1 for you.'),
  ],
  expect: {
    agents: ['User Interface', 'Help Center'],
    contextVariables: { tickets: [{ number: 'T-1', ...ticket }] },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls, requests } }) {
    assert.equal(toolCalls[1]?.error, 'threw');
    assert.equal(
      requests.at(-2)?.request.messages.at(-1)?.content,
      'Error: Tool search_help_center failed: The index is missing. No search will find anything until it is back.',
    );
  },
});
