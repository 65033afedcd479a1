import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const archive = new Agent({
  name: 'Archive',
  instructions: 'Find the photograph, box by box.',
  functions: [
    tool({
      name: 'search_box',
      parameters: z.object({ box: z.number() }),
      execute: ({ box }) => (box === 3 ? 'found' : 'not here'),
    }),
  ],
});

export default defineScenario({
  name: 'a search is cut off after two turns, and goes on from there when the user asks for it',
  agent: archive,
  maxTurns: 2,
  steps: [
    user('Find the photograph of the bridge.'),
    callTool('search_box', { box: 1 }),
    callTool('search_box', { box: 2 }),
    user('Go on.'),
    callTool('search_box', { box: 3 }),
    say('It is in box 3.'),
  ],
  expect: { toolCalls: ['search_box', 'search_box', 'search_box'], stopReason: 'completed' },
  check({ trace: { events, requests, toolCalls } }) {
    const outcomes = events.flatMap((event) => (event.type === 'run-end' ? [event.outcome] : []));
    assert.deepEqual(outcomes, ['max_turns', 'completed']);
    const shown = requests.find(({ run }) => run === 2)?.request.messages.slice(-2);
    assert.deepEqual(shown, [
      { role: 'tool', tool_call_id: 'call_2', content: 'not here' },
      { role: 'user', content: 'Go on.' },
    ]);
    assert.equal(toolCalls.at(-1)?.content, 'found');
  },
});
