import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';
import { foundIn, idsIn } from './found-articles.ts';

export default defineScenario({
  name: 'a question is answered from the article that the search finds first',
  agent: () => makeSupportBot(),
  steps: [
    user('How do I get our rehearsals onto my phone?'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'rehearsals in the calendar of a phone' }),
    // The model reads the first article that the search found, whichever that is.
    (request) => callTool('read_article', { id: foundIn(request)[0]?.[0] }),
    say('Press Calendar link under My account, on the phone. [See rehearsals in the calendar on your phone]'),
  ],
  expect: {
    agents: ['User Interface', 'Help Center'],
    toolCalls: [
      'transfer_to_help_center',
      'search_help_center',
      { tool: 'read_article', args: { id: 'calendar' } },
    ],
    stopReason: 'completed',
  },
  check({ trace: { requests, toolCalls } }) {
    const [, search, read] = toolCalls;
    assert.equal(idsIn(search!.content).length, 3, 'three articles, where the model says no limit');
    assert.deepEqual((JSON.parse(search!.content) as object[])[0], {
      id: 'calendar',
      title: 'See rehearsals in the calendar on your phone',
      begins: 'Under **My account**, press **Calendar link** and open it on the phone.',
    });
    assert.match(
      read!.content,
      /^# See rehearsals in the calendar on your phone\n\nUnder \*\*My account\*\*/,
    );
    assert.match(read!.content, /once\.$/, 'the whole article, to its end');
    assert.match(
      requests.at(-1)?.request.messages[0]?.content as string,
      /from nothing else.* end with its title in brackets/,
    );
  },
});
