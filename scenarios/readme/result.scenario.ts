import assert from 'node:assert/strict';
import { Agent, Result } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const editor = new Agent({
  name: 'Editor',
  instructions: ({ section }: { section?: string }) => `Edit the section ${section}.`,
});

const newsroom = new Agent({
  name: 'Newsroom',
  functions: [
    function to_sports_editor() {
      return new Result({ value: 'taken', agent: editor, contextVariables: { section: 'sports' } });
    },
  ],
});

export default defineScenario({
  name: 'a Result answers the call, hands over and adds to the context, all at once',
  agent: newsroom,
  contextVariables: { author: 'Lin' },
  steps: [user('I wrote about the regatta.'), callTool('to_sports_editor'), say('I will read it tonight.')],
  expect: {
    agents: ['Newsroom', 'Editor'],
    contextVariables: { author: 'Lin', section: 'sports' },
    stopReason: 'completed',
  },
  check({ trace: { requests, toolCalls } }) {
    assert.equal(toolCalls[0]?.content, 'taken');
    assert.equal(requests[1]?.request.messages[0]?.content, 'Edit the section sports.');
  },
});
