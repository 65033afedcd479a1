import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';
import { idsIn } from './found-articles.ts';

export default defineScenario({
  name: 'a search gives five articles at most',
  agent: () => makeSupportBot(),
  steps: [
    user('What can I do with the answers of a choir?'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'choir answers', limit: 50 }, { hallucinated: true }),
    callTool('search_help_center', { query: 'choir answers', limit: 5 }),
    say('Quite a lot. What is it about?'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    const [, tooMany, five] = toolCalls;
    assert.match(tooMany!.content, /"limit" must be at most 5, but is the number 50\./);
    assert.equal(idsIn(five!.content).length, 5);
  },
});
