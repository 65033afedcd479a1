import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

export default defineScenario({
  name: 'a user who wants nothing more is handed back, and can ask again later',
  agent: () => makeSupportBot(),
  steps: [
    user('Hello!'),
    say('Welcome to Tuttiplan. What can I do for you?'),
    user('May I change my mind about tomorrow?'),
    callTool('transfer_to_help_center'),
    callTool('read_article', { id: 'attendance' }),
    say('Until two hours before it begins. [Say whether you will come to a rehearsal]'),
    user('That is all, thank you.'),
    callTool('transfer_to_user_interface'),
    say('You are welcome. Sing well!'),
    user('Oh, and who can see the invoices?'),
    callTool('transfer_to_help_center'),
    callTool('read_article', { id: 'roles' }),
    say('The treasurer. [Who may do what: roles]'),
  ],
  expect: {
    agents: ['User Interface', 'Help Center', 'User Interface', 'Help Center'],
    stopReason: 'completed',
  },
  check({ trace: { requests } }) {
    const offered = new Map(
      requests.map(({ agent, request }) => [agent, request.tools?.map((tool) => tool.function.name)]),
    );
    assert.deepEqual(Object.fromEntries(offered), {
      'User Interface': ['transfer_to_help_center'],
      'Help Center': [
        'search_help_center',
        'read_article',
        'submit_ticket',
        'send_email',
        'transfer_to_user_interface',
      ],
    });
  },
});
