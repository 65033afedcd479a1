import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say } from 'swarmcheck/testing';
import { z } from 'zod';

const zoo = new Agent({
  name: 'Zoo',
  instructions: 'Care for the animals, and write down what they ate.',
  functions: [
    tool({
      name: 'feed',
      parameters: z.object({ animal: z.string() }),
      execute() {
        throw new Error('fed a second time');
      },
    }),
    tool({
      name: 'write_down',
      parameters: z.object({ meal: z.string() }),
      execute: ({ meal }) => `written down: ${meal}`,
    }),
  ],
});

export default defineScenario({
  name: 'a call that a person approved and ran is not run again, and the model goes on from its answer',
  agent: zoo,
  messages: [
    { role: 'user', content: 'Feed the otter.' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_7', type: 'function', function: { name: 'feed', arguments: '{"animal":"otter"}' } },
      ],
      sender: 'Zoo',
    },
    { role: 'tool', tool_call_id: 'call_7', tool_name: 'feed', content: 'two herrings' },
  ],
  steps: [
    ({ messages }) => callTool('write_down', { meal: messages.at(-1)?.content as string }),
    say('The otter had its herrings, and it is in the book.'),
  ],
  expect: { toolCalls: [{ tool: 'write_down', args: { meal: 'two herrings' } }], stopReason: 'completed' },
  check({ trace, response }) {
    assert.equal(trace.toolCalls[0]?.content, 'written down: two herrings');
    assert.deepEqual(
      response?.messages.map(({ role }) => role),
      ['assistant', 'tool', 'assistant'],
    );
    // Only the fields of the protocol are sent, not those that an app keeps with a message.
    assert.doesNotMatch(JSON.stringify(trace.requests), /sender|tool_name/);
  },
});
