import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, tool, type RunOptions } from 'swarmcheck';
import { callTool, modelFails, say, scriptedProvider, type Step } from 'swarmcheck/testing';

const note = tool({
  name: 'note',
  execute(_args, { contextVariables }) {
    contextVariables.notes = (contextVariables.notes ?? 0) + 1;
    return 'noted';
  },
});
const desk: Agent = new Agent({
  name: 'Desk',
  functions: [
    note,
    function to_archive() {
      return archive;
    },
  ],
});
const archive = new Agent({ name: 'Archive' });

function conversationWith(steps: readonly Step[], contextVariables: object = {}) {
  const provider = scriptedProvider(steps);
  const swarm = new Swarm({ provider });
  return { provider, swarm, conversation: new Conversation({ swarm, agent: desk, contextVariables }) };
}

test('each message continues with the agent, the context and the messages of the last run', async () => {
  const { conversation, provider } = conversationWith([
    callTool('note'),
    callTool('to_archive'),
    say('Yes?'),
    say('It is here.'),
  ]);
  await conversation.send('Hello.');
  const response = await conversation.send('Where is it?');
  expect(response.messages).toEqual([{ role: 'assistant', content: 'It is here.', sender: 'Archive' }]);
  expect(conversation.agent).toBe(archive);
  expect(conversation.contextVariables).toEqual({ notes: 1 });
  expect(provider.requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
  expect(conversation.messages).toHaveLength(8);
});

test('a send that fails changes nothing', async () => {
  const { conversation } = conversationWith([callTool('note'), modelFails({ kind: 'reset' }), say('Hello.')]);
  const before = JSON.stringify(conversation);
  await expect(conversation.send('Hello?')).rejects.toThrow('Connection error');
  expect(JSON.stringify(conversation)).toBe(before);
  await conversation.send('Hello?');
  expect(conversation.messages).toHaveLength(2);
});

test('a second send during the first is refused, and the first one completes', async () => {
  const { conversation } = conversationWith([say('One.')]);
  const first = conversation.send('1');
  await expect(conversation.send('2')).rejects.toMatchObject({
    name: 'TypeError',
    where: 'This conversation',
    expected: 'its last send() or resume()',
  });
  await first;
  expect(conversation.messages.map(({ content }) => content)).toEqual(['1', 'One.']);
});

test('send replaces the list of messages, and never changes it', async () => {
  const { conversation } = conversationWith([say('One.')]);
  const before = conversation.messages;
  await conversation.send('1');
  expect(before).toEqual([]);
});

test('the id reaches the provider and the stored JSON', async () => {
  const seen: (string | undefined)[] = [];
  const inner = scriptedProvider([say('ok')]);
  const swarm = new Swarm({
    provider: {
      stream: inner.stream,
      complete: (request, options) => {
        seen.push(options?.conversation);
        return inner.complete(request, options);
      },
    },
  });
  const conversation = new Conversation({ swarm, agent: desk, id: 'c-1' });
  await conversation.send('hi');
  expect(seen).toEqual(['c-1']);
  expect(conversation.toJSON().id).toBe('c-1');
});

test('a conversation that is restored from its JSON continues where it was', async () => {
  const { conversation, swarm } = conversationWith([callTool('to_archive'), say('Yes?'), say('Here.')], {
    user: 'Ann',
  });
  await conversation.send('Hello.');
  const stored: unknown = JSON.parse(JSON.stringify(conversation));
  const restored = Conversation.restore(stored, { swarm, agents: [desk, archive] });
  expect(restored.agent).toBe(archive);
  await restored.send('Where?');
  expect(restored.contextVariables).toEqual({ user: 'Ann' });
  expect(restored.messages).toHaveLength(6);
});

test.for([
  ['a Map', new Map()],
  ['a Date', new Date(0)],
  ['a function', () => {}],
  ['NaN', Number.NaN],
] as const)('%s in the context cannot be stored, and the error names its path', ([, value]) => {
  const { conversation } = conversationWith([], { cart: { value } });
  expect(() => conversation.toJSON()).toThrow(
    /^contextVariables\.cart\.value is .*, which JSON cannot store and restore/,
  );
});

test('a context that contains itself cannot be stored', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  expect(() => conversationWith([], { loop }).conversation.toJSON()).toThrow('contains itself');
});

test.for([
  ['null', null, 'it is null'],
  ['an unrelated object', { hello: 1 }, 'its agent is undefined'],
  [
    'messages that are not an array',
    { agent: 'Desk', messages: 'none', contextVariables: {} },
    'its messages are the string',
  ],
  ['a message without a role', { agent: 'Desk', messages: [{}], contextVariables: {} }, 'its messages[0]'],
  ['a state without a context', { agent: 'Desk', messages: [] }, 'its contextVariables are undefined'],
  [
    'an id that is not a string',
    { agent: 'Desk', messages: [], contextVariables: {}, id: 5 },
    'its id is the number 5',
  ],
  ['an unknown agent', { agent: 'Nobody', messages: [], contextVariables: {} }, 'none of the given agents'],
] as const)('restore refuses %s', ([, state, reason]) => {
  const { swarm } = conversationWith([]);
  const restore = () => Conversation.restore(state, { swarm, agents: [desk] });
  expect(restore).toThrow(TypeError);
  expect(restore).toThrow(reason);
});

test('a conversation accepts any object with a run method as its swarm', async () => {
  const { swarm } = conversationWith([say('One.')]);
  const counting = { runs: 0, run: (options: RunOptions) => (counting.runs++, swarm.run(options)) };
  const conversation = new Conversation({ swarm: counting as unknown as Swarm, agent: desk });
  await conversation.send('1');
  expect(counting.runs).toBe(1);
});
