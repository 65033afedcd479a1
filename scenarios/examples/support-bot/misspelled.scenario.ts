import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';
import { foundIn, idsIn } from './found-articles.ts';

export default defineScenario({
  name: 'a query with a mistake in every word finds its article',
  agent: () => makeSupportBot(),
  steps: [
    user('forgoten pasword!!'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'forgoten pasword' }),
    (request) => callTool('read_article', { id: foundIn(request)[0]?.[0] }),
    say(
      'Press Forgotten? below the password. The link is good for 30 minutes. [Sign in when you have forgotten your password]',
    ),
  ],
  expect: {
    toolCalls: {
      sequence: [{ tool: 'read_article', args: { id: 'forgotten-password' } }],
      allowOthers: true,
    },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.equal(idsIn(toolCalls[1]!.content)[0], 'forgotten-password');
    assert.match(toolCalls[2]!.content, /a link that is good for 30\s+minutes/);
  },
});
