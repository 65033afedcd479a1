/** Agents and tools that a cassette refers to by name: they must exist, and may have any name. */
import { expect, test } from 'vitest';
import { Agent, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  CassetteFileError,
  CassetteMismatchError,
  replayProvider,
  replayTools,
  say,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder, type StoredCassette } from '../folder.ts';
import { answerTo, record, said, user } from '../replay/tapes.ts';
import { recorded } from './recorded.ts';

/** The error for a cassette after this edit. */
async function problem(edit: (cassette: StoredCassette) => unknown): Promise<CassetteFileError> {
  using folder = new Folder();
  await recorded(folder);
  const error = thrown(() => replayProvider(folder.change(edit)));
  expect(error).toBeInstanceOf(CassetteFileError);
  error.message = said(error, folder);
  return error as CassetteFileError;
}

test('the message about a missing agent or tool has the field that refers to it', async ({ expect }) => {
  const messages = [
    await problem(({ agents }) => delete agents['Refunds']),
    await problem(({ tools }) => delete tools['look_up']),
    await problem(({ lanes }) => (lanes[2]!.interactions[0]!.request.agent = 'Nobody')),
    await problem(({ agents }) => (agents['Refunds']!.tools = ['look_up', 'pay'])),
  ];
  expect(messages.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "…/c.json:100: "lanes[0].interactions[1].request.agent" must be the name of an agent under "agents", but is the string "Refunds". Restore the file, or record it again.",
      "…/c.json:22: "agents.Refunds.tools[0]" must be the name of a tool under "tools", but is the string "look_up". Restore the file, or record it again.",
      "…/c.json:245: "lanes[2].interactions[0].request.agent" must be the name of an agent under "agents", but is the string "Nobody". Restore the file, or record it again.",
      "…/c.json:23: "agents.Refunds.tools[1]" must be the name of a tool under "tools", but is the string "pay". Restore the file, or record it again.",
    ]
  `);
});

test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a name from Object.prototype is not an agent or a tool of a cassette: %s',
  async (name) => {
    expect(await problem(({ lanes }) => (lanes[0]!.interactions[0]!.request.agent = name))).toMatchObject({
      field: 'lanes[0].interactions[0].request.agent',
      expected: 'the name of an agent under "agents"',
      given: `the string "${name}"`,
    });
    expect(await problem(({ agents }) => (agents['Triage']!.tools = [name]))).toMatchObject({
      field: 'agents.Triage.tools[0]',
      expected: 'the name of a tool under "tools"',
      given: `the string "${name}"`,
    });
  },
);

const places: [path: string, text: string, instead: string][] = [
  ['__proto__', '"version": 1,', '"version": 1, "__proto__": {},'],
  ['agents.Triage.__proto__', '"Triage": {', '"Triage": { "__proto__": {},'],
  ['lanes[0].interactions[0].__proto__', '"number": 1,', '"number": 1, "__proto__": { "note": 1 },'],
  ['lanes[0].interactions[0].request.__proto__', '"request": {', '"request": { "__proto__": null,'],
];

test.for(places)('the field %s is unknown', async ([path, text, instead]) => {
  using folder = new Folder();
  await recorded(folder);
  const cassette = folder.write(folder.read().replace(text, instead));
  const error = thrown(() => replayProvider(cassette));
  expect(error).toBeInstanceOf(CassetteFileError);
  expect(error).toMatchObject({ field: path, expected: 'absent (a cassette has no such field)' });
});

test('"__proto__" in a file changes no object of the program', async () => {
  using folder = new Folder();
  await recorded(folder);
  const cassette = folder.write(
    folder.read().replace('"Triage": {', '"__proto__": { "model": "m" }, "Triage": {'),
  );
  expect(() => replayProvider(cassette)).not.toThrow();
  expect({}).not.toHaveProperty('model');
});

/** Runs an agent with this name, whose tool has the same name, and returns the messages. */
async function play(
  provider: CompletionProvider,
  name: string,
  change?: (agent: Agent) => Agent,
): Promise<unknown> {
  const agent = new Agent({
    name,
    instructions: `I am ${name}.`,
    functions: [tool({ name, description: 'Says it.', execute: () => `${name} said` })],
  });
  const messages = [user('Say it.')];
  return (await new Swarm({ provider }).run({ agent: change?.(agent) ?? agent, messages })).messages;
}

test.for(['__proto__', 'constructor', 'toString', 'valueOf'])(
  'an agent and a tool may be named %s',
  async (name) => {
    using folder = new Folder();
    const steps = [callTool(name), say('Done.')];
    const first = await record(folder.file(), steps, (provider) => play(provider, name));
    expect(Object.keys(folder.json().agents)).toEqual([name]);
    expect(Object.keys(folder.json().tools)).toEqual([name]);
    using provider = replayProvider(folder.file());
    expect(await play(provider, name)).toEqual(first);
    using again = replayProvider(folder.file());
    expect(await play(again, name, (agent) => replayTools(agent, folder.file(), 'replay'))).toEqual(first);
    expect(again.summary).toMatchObject({ served: 2, exact: 2, unused: 0 });
  },
);

test('an agent named "__proto__" can drift like any other', async () => {
  using folder = new Folder();
  await record(folder.file(), [callTool('__proto__'), say('Done.')], (provider) =>
    play(provider, '__proto__'),
  );
  const cassette = folder.write(folder.read().replace('I am', 'I was'));
  const error = await rejection(play(replayProvider(cassette), '__proto__'));
  expect(error).toBeInstanceOf(CassetteMismatchError);
  expect(error).toMatchObject({ drift: [{ part: 'instructions', name: '__proto__' }] });
});

test('a conversation may have any name', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('a'), say('b')], async (provider) => {
    await answerTo(provider, 'x', { conversation: '__proto__' });
    await answerTo(provider, 'x', { conversation: '../../x' });
  });
  expect(folder.json().lanes.map(({ conversation }) => conversation)).toEqual(['__proto__', '../../x']);
  using provider = replayProvider(folder.file());
  expect(await answerTo(provider, 'x', { conversation: '../../x' })).toBe('b');
  expect(await answerTo(provider, 'x', { conversation: '__proto__' })).toBe('a');
});
