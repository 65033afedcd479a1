import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';
import { foundIn, idsIn } from './found-articles.ts';

export default defineScenario({
  name: 'of what two searches find, the article that both have is read',
  agent: () => makeSupportBot(),
  steps: [
    user('Somebody was invited, and now the link is too old.'),
    callTool('transfer_to_help_center'),
    callTools([
      callTool('search_help_center', { query: 'how long a link is good', limit: 5 }),
      callTool('search_help_center', { query: 'invitation', limit: 2 }),
    ]),
    (request) => {
      const [links = [], invitations = []] = foundIn(request);
      return callTool('read_article', { id: invitations.find((id) => links.includes(id)) });
    },
    say('Press Invite again beside the name: a link is good for 14 days. [Add singers to your choir]'),
  ],
  expect: {
    toolCalls: [
      'transfer_to_help_center',
      { turn: ['search_help_center', 'search_help_center'] },
      { tool: 'read_article', args: { id: 'add-singers' } },
    ],
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    const [, links, invitations, read] = toolCalls.map(({ content }) => content);
    assert.deepEqual(idsIn(links!), [
      'forgotten-password',
      'change-email',
      'add-singers',
      'export-data',
      'concert-programme',
    ]);
    assert.deepEqual(idsIn(invitations!), ['add-singers', 'change-email']);
    assert.match(read!, /The link is good for 14 days/);
  },
});
