import { Agent, answerPending, Conversation, pendingCalls, Swarm, tool, type Message } from 'swarmcheck';
import { callTool, callTools, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

const openGate = tool({
  name: 'open_gate',
  description: 'Opens a gate of the dam.',
  parameters: z.object({ gate: z.number() }),
  execute: ({ gate }) => `gate ${gate} is open`,
});
const dam = new Agent({ name: 'Dam', instructions: 'Operate the dam.', functions: [openGate] });
const asked: Message = { role: 'user', content: 'The water is too high.' };
const twoGates = callTools([callTool('open_gate', { gate: 2 }), callTool('open_gate', { gate: 3 })]);

test('an approved call runs, a refused one does not, and the conversation continues with both answers', async ({
  script,
}) => {
  const provider = script([twoGates, say('Gate 2 is open now.')]);
  const swarm = new Swarm({ provider });
  const interrupted = await swarm.run({ agent: dam, messages: [asked], executeTools: false });
  expect(interrupted).toBeInterrupted({
    pending: [
      { tool: 'open_gate', args: { gate: 2 } },
      { tool: 'open_gate', args: { gate: 3 } },
    ],
  });
  expect(pendingCalls(interrupted).map(({ tool: name, args }) => [name, args])).toEqual([
    ['open_gate', { gate: 2 }],
    ['open_gate', { gate: 3 }],
  ]);

  const answered = await answerPending(interrupted, ({ args }) =>
    (args as { gate: number }).gate === 2
      ? 'execute'
      : { answer: 'The operator on duty did not allow this.' },
  );
  const resumed = await swarm.run(answered);

  expect(resumed).toHaveStoppedBecause('completed');
  expect(resumed).toHaveToolResult('open_gate', 'gate 2 is open');
  expect(resumed).toHaveSeen({ agent: 'Dam', message: 'did not allow this' });
  expect(resumed).not.toHaveSeen({ message: 'gate 3 is open' });
  expect(resumed.messages).toEqual([{ role: 'assistant', content: 'Gate 2 is open now.', sender: 'Dam' }]);
});

test('a conversation resumes with the decisions of an operator', async ({ script }) => {
  const provider = script([twoGates, say('Then I leave them closed.'), say('No.')]);
  const conversation = new Conversation({ swarm: new Swarm({ provider }), agent: dam });
  await conversation.send('The water is too high.', { executeTools: false });
  expect(conversation.pending).toHaveLength(2);

  const resumed = await conversation.resume(() => ({ answer: 'The operator on duty did not allow this.' }));
  expect(resumed).not.toHaveSeen({ message: 'is open' });
  await conversation.send('Is a gate open?');
  expect(provider.requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'tool',
    'assistant',
    'user',
  ]);
});
