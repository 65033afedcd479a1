/** `Conversation.pending` and `Conversation.resume`: a conversation goes on after an interrupted run. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, tool, type Hooks, type Message } from 'swarmcheck';
import {
  callTool,
  callTools,
  modelFails,
  say,
  scriptedProvider,
  traceOf,
  type Step,
} from 'swarmcheck/testing';

const archive = new Agent({ name: 'Archive' });
const desk = new Agent({
  name: 'Desk',
  functions: [
    tool({
      name: 'note',
      execute(_args, { contextVariables }) {
        contextVariables.notes = (contextVariables.notes ?? 0) + 1;
        return 'noted';
      },
    }),
    function to_archive() {
      return archive;
    },
  ],
});
const held = { executeTools: false };

function conversationWith(steps: readonly Step[], hooks?: Hooks) {
  const provider = scriptedProvider(steps);
  const swarm = new Swarm({ provider, hooks });
  return { provider, swarm, conversation: new Conversation({ swarm, agent: desk }) };
}

test('resume answers the pending calls, and continues the conversation from there', async () => {
  const { conversation, provider } = conversationWith([
    callTools([callTool('note'), callTool('note'), callTool('to_archive')]),
    say('Noted once.'),
    say('Here.'),
  ]);
  expect(conversation.pending).toEqual([]);
  await conversation.send('Note this.', held);
  expect(conversation.pending).toEqual([
    { id: 'call_1', tool: 'note', args: {} },
    { id: 'call_2', tool: 'note', args: {} },
    { id: 'call_3', tool: 'to_archive', args: {} },
  ]);
  const response = await conversation.resume(({ id }) => (id === 'call_2' ? { answer: 'No.' } : 'execute'));
  expect(response.messages).toEqual([{ role: 'assistant', content: 'Noted once.', sender: 'Archive' }]);
  expect(traceOf(response).toolCalls.map(({ content }) => content)).toEqual([
    'noted',
    'No.',
    '{"assistant":"Archive"}',
  ]);
  expect(conversation.pending).toEqual([]);
  expect(conversation.agent).toBe(archive);
  expect(conversation.contextVariables).toEqual({ notes: 1 });
  await conversation.send('Where?');
  expect(
    provider.requests
      .at(-1)
      ?.messages.map(({ role }) => role)
      .join(' '),
  ).toBe('system user assistant tool tool tool assistant user');
});

test('resume takes the options of send, and may be interrupted again', async () => {
  const { conversation } = conversationWith([callTool('note'), callTool('note'), say('Done.')]);
  await conversation.send('Note this.', held);
  const again = await conversation.resume(undefined, held);
  expect(again.stopReason).toBe('interrupted');
  expect(conversation.contextVariables).toEqual({ notes: 1 });
  expect((await conversation.resume(undefined, { maxTurns: 1 })).stopReason).toBe('completed');
  expect(conversation.contextVariables).toEqual({ notes: 2 });
});

test('the signal of resume aborts the answers', async () => {
  const { conversation } = conversationWith([callTool('note')]);
  await conversation.send('Note this.', held);
  const options = { signal: AbortSignal.abort(new Error('closed')) };
  await expect(conversation.resume(undefined, options)).rejects.toThrow('closed');
  expect(conversation.pending).toHaveLength(1);
});

test('a resume whose decision fails changes nothing', async () => {
  const { conversation } = conversationWith([callTool('note'), say('Done.')]);
  await conversation.send('Note this.', held);
  const before = JSON.stringify(conversation);
  const gone = new Error('gone');
  await expect(conversation.resume(() => Promise.reject(gone))).rejects.toBe(gone);
  expect(JSON.stringify(conversation)).toBe(before);
  expect((await conversation.resume()).stopReason).toBe('completed');
});

test('calls that were executed are not executed again if the model fails after them', async () => {
  const steps = [callTool('note'), modelFails({ kind: 'reset' }), say('Done.')];
  const { conversation } = conversationWith(steps);
  await conversation.send('Note this.', held);
  await expect(conversation.resume()).rejects.toThrow('Connection error');
  expect(conversation.pending).toEqual([]);
  const response = await conversation.resume(() => {
    throw new Error('There is nothing to decide.');
  });
  expect(response.messages).toEqual([{ role: 'assistant', content: 'Done.', sender: 'Desk' }]);
  expect(traceOf(response).toolCalls).toHaveLength(1);
  expect(conversation.contextVariables).toEqual({ notes: 1 });
});

test('a restored conversation shows its pending calls, and resumes them with the hooks of its Swarm', async () => {
  const executed: string[] = [];
  const hooks: Hooks = { beforeTool: ({ name }) => void executed.push(name) };
  const { conversation, swarm } = conversationWith([callTool('note'), say('Done.')], hooks);
  await conversation.send('Note this.', held);
  const stored: unknown = JSON.parse(JSON.stringify(conversation));
  const restored = Conversation.restore(stored, { swarm, agents: [desk] });
  expect(restored.pending).toEqual([{ id: 'call_1', tool: 'note', args: {} }]);
  await restored.resume();
  expect(executed).toEqual(['note']);
  expect(restored.contextVariables).toEqual({ notes: 1 });
});

test('a call that was answered by hand is not pending, and a second call with its id is', () => {
  const { swarm } = conversationWith([]);
  const call = (id: string) => ({
    id,
    type: 'function' as const,
    function: { name: 'note', arguments: '{}' },
  });
  const messages: Message[] = [
    { role: 'assistant', content: null, tool_calls: [call('a'), call('b'), call('a')] },
    { role: 'tool', tool_call_id: 'a', content: 'by hand' },
  ];
  expect(new Conversation({ swarm, agent: desk, messages }).pending).toEqual([
    { id: 'b', tool: 'note', args: {} },
    { id: 'a', tool: 'note', args: {} },
  ]);
});

test('any object with a run method resumes its interrupted run', async () => {
  const { swarm } = conversationWith([callTool('note'), say('Done.')]);
  const wrapped = { run: swarm.run.bind(swarm) } as unknown as Swarm;
  const conversation = new Conversation({ swarm: wrapped, agent: desk });
  await conversation.send('Note this.', held);
  await conversation.resume();
  expect(conversation.contextVariables).toEqual({ notes: 1 });
});

const mistakes: [what: string, make: () => Promise<unknown>, message: string][] = [
  [
    'a message before the answers',
    async () => {
      const { conversation, provider } = conversationWith([
        callTools([callTool('note'), callTool('to_archive')]),
        say('?'),
      ]);
      await conversation.send('Note this.', held);
      const sending = conversation.send('Hello?');
      await sending.catch(() => expect(provider.requests).toHaveLength(1));
      return sending;
    },
    'send takes a message once all calls are answered, but this conversation has 2 pending calls: note, to_archive. Call resume(decide) first: the API refuses a user message before the answers.',
  ],
  [
    'resume without an interruption',
    async () => conversationWith([]).conversation.resume(),
    'resume takes a conversation with pending calls, but this one has none. Call send(…) to continue. A run is interrupted before its tools with executeTools: false.',
  ],
  [
    'resume with its options first',
    async () => conversationWith([]).conversation.resume(held as never),
    'The decide of resume must be a function that takes a call, but is an object.',
  ],
  [
    'resume with an unknown option',
    async () => conversationWith([]).conversation.resume(undefined, { stream: true } as never),
    'resume has no option "stream". Its options: maxTurns, executeTools, signal.',
  ],
  [
    'a wrong decision',
    async () => {
      const { conversation } = conversationWith([callTool('note')]);
      await conversation.send('Note this.', held);
      return conversation.resume(() => 'yes' as 'execute');
    },
    'The decide of resume must return "execute" or { answer }, but returned the string "yes" for the call of "note". To refuse a call, answer it with the reason.',
  ],
  [
    'calls of an earlier process, with a swarm of another class',
    async () => {
      const { conversation, swarm } = conversationWith([callTool('note')]);
      await conversation.send('Note this.', held);
      const wrapped = { run: swarm.run.bind(swarm) } as unknown as Swarm;
      return Conversation.restore(conversation.toJSON(), { swarm: wrapped, agents: [desk] }).resume();
    },
    'The swarm of a Conversation must be a Swarm to resume calls from an earlier process, but is another object with a run method. Its hooks for tools are unknown.',
  ],
];
test.for(mistakes)('%s is a TypeError that says what to do', async ([, make, message]) => {
  const error: unknown = await make().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toBe(message);
});

test('a send during a resume is refused, and the resume completes', async () => {
  const { conversation } = conversationWith([callTool('note'), say('Done.')]);
  await conversation.send('Note this.', held);
  const resuming = conversation.resume();
  await expect(conversation.send('Hello?')).rejects.toThrow('still answering');
  await expect(conversation.resume()).rejects.toThrow('still answering');
  await resuming;
  expect(conversation.contextVariables).toEqual({ notes: 1 });
});

test('the context variables of resume have the type of the conversation', async () => {
  const { swarm } = conversationWith([callTool('note'), say('Done.')]);
  const agent = desk as Agent<{ notes: number }>;
  const conversation = new Conversation({ swarm, agent, contextVariables: { notes: 3 } });
  await conversation.send('Note this.', held);
  const { contextVariables }: { contextVariables: { notes: number } } = await conversation.resume();
  expect(contextVariables.notes).toBe(4);
});
