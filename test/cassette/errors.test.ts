/** The fields of cassette errors, and the texts of those errors that no other file here tests. */
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, Swarm, tool, type CompletionProvider, type Tool } from 'swarmcheck';
import {
  callTool,
  cassetteProvider,
  modelFails,
  recordingProvider,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
  type CassetteOptions,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../support/failures.ts';
import { Folder } from './folder.ts';
import { readers, recorded } from './file/recorded.ts';
import { inPlainEnvironment, notAsked } from './modes/environment.ts';
import { answerTo, record, recordCounting, said, Talk, user } from './replay/tapes.ts';
import { gate } from '../support/waiting.ts';

inPlainEnvironment();

/** The fields of an error as JSON, without the path of the folder. */
function fieldsOf(error: unknown, { path }: Folder): unknown {
  return JSON.parse(JSON.stringify(error).replaceAll(path, '…'));
}

const command = 'SWARMCHECK_RECORD=all npx vitest run test/cassette/errors.test.ts';

/** Records two conversations: "ann" with two interactions, and one without a name. */
async function recordTwo(folder: Folder): Promise<string> {
  await recordCounting(folder.file(), async (provider) => {
    const ann = new Talk(provider, 'ann');
    await ann.ask('a');
    await ann.ask('more');
    await answerTo(provider, 'b');
  });
  return folder.file();
}

test('a mismatch has the interaction, the agent, the drift and the command', async () => {
  using folder = new Folder();
  const ask = (agent: Agent) => async (provider: CompletionProvider) =>
    await new Swarm({ provider }).run({ agent, messages: [user('Hi.')], conversation: 'ann' });
  await record(folder.file(), [say('Hello.')], ask(new Agent({ name: 'Desk', instructions: 'Be brief.' })));
  const now = new Agent({ name: 'Desk', instructions: 'Be kind.' });
  const error = await rejection(ask(now)(replayProvider(folder.file())));
  expect(fieldsOf(error, folder)).toEqual({
    name: 'CassetteMismatchError',
    file: '…/c.json',
    lane: 1,
    conversation: 'ann',
    interaction: 1,
    agent: 'Desk',
    drift: [{ part: 'instructions', name: 'Desk', diff: '-Be brief.\n+Be kind.' }],
    command,
  });
});

test('a mismatch that is found at the end has no interaction', async () => {
  using folder = new Folder();
  const ask = (answer: string) => async (provider: CompletionProvider) => {
    const agent = new Agent({
      functions: [
        function look() {
          return answer;
        },
      ],
    });
    await new Swarm({ provider }).run({ agent, messages: [user('q')], maxTurns: 1 });
  };
  await record(folder.file(), [callTool('look')], ask('open'));
  const provider = replayProvider(folder.file());
  await ask('closed')(provider);
  expect(
    fieldsOf(
      thrown(() => provider.assertComplete()),
      folder,
    ),
  ).toEqual({
    name: 'CassetteMismatchError',
    file: '…/c.json',
    drift: [{ part: 'history', name: 'look', at: 3, diff: '-open\n+closed' }],
    command,
  });
});

test('a miss beyond the end has the conversation, and the number of the missing interaction', async () => {
  using folder = new Folder();
  const ann = new Talk(replayProvider(await recordTwo(folder)), 'ann');
  await ann.ask('a');
  await ann.ask('more');
  expect(fieldsOf(await rejection(ann.ask('still more')), folder)).toEqual({
    name: 'CassetteMissError',
    problem: 'end',
    file: '…/c.json',
    lane: 1,
    conversation: 'ann',
    interaction: 3,
    lastRole: 'user',
    command,
  });
});

test('a miss of an unknown conversation has the conversations with interactions left', async ({ expect }) => {
  using folder = new Folder();
  const provider = replayProvider(await recordTwo(folder));
  const miss = async () => await rejection(answerTo(provider, 'a', { conversation: 'bob' }));
  const error = await miss();
  expect(fieldsOf(error, folder)).toEqual({
    name: 'CassetteMissError',
    problem: 'no-conversation',
    file: '…/c.json',
    conversation: 'bob',
    lastRole: 'user',
    lanes: [1, 2],
    command,
  });
  const ann = new Talk(provider, 'ann');
  await ann.ask('a');
  await ann.ask('more');
  await answerTo(provider, 'b');
  expect([error, await miss()].map((one) => said(one, folder))).toMatchInlineSnapshot(`
    [
      "The model was asked to continue after a "user" message, in conversation "bob" that is not in …/c.json. Recorded conversations with interactions left: conversation "ann", conversation 2. If that is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/errors.test.ts",
      "The model was asked to continue after a "user" message, in conversation "bob" that is not in …/c.json: every recorded conversation was replayed to its end. If that is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/errors.test.ts",
    ]
  `);
});

test('a miss of an unknown beginning has the conversations that have not begun', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    for (const question of ['a', 'b', 'c']) await answerTo(provider, question);
  });
  const provider = replayProvider(folder.file());
  await answerTo(provider, 'b');
  expect(fieldsOf(await rejection(answerTo(provider, 'x')), folder)).toEqual({
    name: 'CassetteMissError',
    problem: 'no-conversation',
    file: '…/c.json',
    lanes: [1, 3],
    command,
  });
});

test.for<[CompletionProvider | undefined, Partial<CassetteOptions>, object]>([
  [notAsked, { mode: 'none' }, { problem: 'no-cassette', mode: 'none' }],
  [undefined, { mode: 'missing' }, { problem: 'no-cassette', mode: 'missing' }],
  [undefined, { mode: 'all' }, { problem: 'no-model', mode: 'all' }],
])('a miss without a cassette or without a model has the mode: %#', ([live, options, fields]) => {
  using folder = new Folder();
  const error = thrown(() => cassetteProvider(live, { cassette: folder.file(), ...options }));
  expect(fieldsOf(error, folder)).toEqual({
    name: 'CassetteMissError',
    file: '…/c.json',
    ...fields,
    command,
  });
});

test('a miss of a tool result has the tool', async () => {
  using folder = new Folder();
  const agent = () => new Agent({ functions: [tool({ name: 'look', execute: () => 'open' })] });
  const ask = (one: Agent) => async (provider: CompletionProvider) =>
    await new Swarm({ provider }).run({ agent: one, messages: [user('q')], conversation: 'ann' });
  await record(folder.file(), [callTool('look'), say('It is.')], ask(agent()));
  folder.change(({ lanes }) => delete lanes[0]!.interactions[0]!.results);
  const copy = replayTools(agent(), folder.file(), 'replay');
  const errors: unknown[] = [];
  const [{ execute }] = copy.functions as [Tool];
  const watched = tool({
    name: 'look',
    execute: (args, context) => {
      const error = thrown(() => execute(args, context));
      errors.push(fieldsOf(error, folder));
      throw error;
    },
  });
  await ask(new Agent({ functions: [watched] }))(replayProvider(folder.file(), { onMismatch: 'ignore' }));
  expect(errors).toEqual([
    {
      name: 'CassetteMissError',
      problem: 'tool',
      file: '…/c.json',
      tool: 'look',
      lane: 1,
      conversation: 'ann',
      interaction: 1,
    },
  ]);
});

test('an error about unused interactions has their number and their conversations', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recordTwo(folder));
  await new Talk(provider, 'ann').ask('a');
  expect(
    fieldsOf(
      thrown(() => provider.assertComplete()),
      folder,
    ),
  ).toEqual({
    name: 'CassetteUnusedError',
    file: '…/c.json',
    remaining: 2,
    lanes: [1, 2],
    command,
  });
});

test('an error about an ambiguous request has the conversations', async () => {
  using folder = new Folder();
  const { opened, open } = gate();
  const live = {
    ...notAsked,
    complete: async () => {
      await opened;
      throw new Error('no');
    },
  };
  const provider = recordingProvider(live, { cassette: folder.file() });
  const first = rejection(answerTo(provider, 'Hello', { conversation: 'ann' }));
  const error = await rejection(answerTo(provider, 'Hello', { conversation: 'ann' }));
  open();
  await first;
  await rejection(provider.close());
  expect(fieldsOf(error, folder)).toEqual({
    name: 'CassetteAmbiguityError',
    file: '…/c.json',
    lanes: [1],
    conversation: 'ann',
  });
});

test('an error about a wrong field has its line, its path and its value', async () => {
  using folder = new Folder();
  await recorded(folder);
  folder.change(({ agents }) => Object.assign(agents['Triage']!, { model: 4 }));
  expect(
    fieldsOf(
      thrown(() => replayProvider(folder.file())),
      folder,
    ),
  ).toEqual({
    name: 'CassetteFileError',
    problem: 'damaged',
    file: '…/c.json',
    line: 6,
    field: 'agents.Triage.model',
    expected: 'a string',
    given: 'the number 4',
  });
});

test('fields of errors contain no secret names', async () => {
  using folder = new Folder();
  const secret = 'ann@example.com';
  const ask = (name: string, instructions: string) => async (provider: CompletionProvider) =>
    await new Swarm({ provider }).run({ agent: new Agent({ name, instructions }), messages: [user('Hi.')] });
  await record(folder.file(), [say('Hello.')], ask('Desk', 'Be brief.'));
  const errors = [
    await rejection(ask(secret, 'Be kind.')(replayProvider(folder.file()))),
    await rejection(answerTo(replayProvider(folder.file()), 'Hi.', { conversation: secret })),
  ];
  expect(errors.map(({ name }) => name)).toEqual(['CassetteMismatchError', 'CassetteMissError']);
  expect(JSON.stringify(errors)).not.toContain(secret);
  expect(errors[0]).toMatchObject({ agent: 'email-1@redacted.invalid' });
  expect(errors[1]).toMatchObject({ conversation: 'email-1@redacted.invalid' });
});

test('the message says what is wrong with a file that is empty, foreign or damaged', async ({ expect }) => {
  using folder = new Folder();
  await recorded(folder);
  const whole = folder.read();
  const contents = ['', '{}', 'Hello.\n', whole.slice(0, 300), `<<<<<<< HEAD\n${whole}`];
  const texts = contents.map((content) =>
    said(
      thrown(() => readers[0]![1](folder.write(content))),
      folder,
    ),
  );
  expect(texts).toMatchInlineSnapshot(`
    [
      "…/c.json: The file is empty. Restore it, or record it again.",
      "…/c.json: This is not a cassette: it needs "format": "swarmcheck-cassette".",
      "…/c.json:1: The file is not valid JSON: there is a mistake at column 1. Restore the file, or record it again.",
      "…/c.json:13: The file ends too early. Restore the file, or record it again.",
      "…/c.json:1: The file has the markers of a merge conflict. Resolve the conflict, or record the file again.",
    ]
  `);
});

test('the message says why a file is not overwritten', async ({ expect }) => {
  using folder = new Folder();
  const recording = async (content: string) => {
    const provider = recordingProvider(notAsked, { cassette: folder.write(content) });
    return said(await rejection(answerTo(provider, 'a')), folder);
  };
  const texts = [await recording('{}'), await recording('{ "format": "swarmcheck-cassette", "version": 2 }')];
  expect(texts).toMatchInlineSnapshot(`
    [
      "…/c.json: This file is not a cassette, and recording would overwrite it. Choose another name, or remove the file.",
      "…/c.json: The file has version 2 of the format, but this swarmcheck writes version 1. Update swarmcheck, or remove the file.",
    ]
  `);
});

test('the message says that only errors were recorded, or that another recording changed the file', async ({
  expect,
}) => {
  using folder = new Folder();
  const of = (...steps: Parameters<typeof scriptedProvider>[0]) =>
    cassetteProvider(scriptedProvider(steps), { cassette: folder.file(), mode: 'missing' });
  const [one, other] = [of(say('1')), of(say('2'))];
  await answerTo(one, 'a');
  await one.close();
  const changed = await rejection(answerTo(other, 'a'));
  const fails = recordingProvider(scriptedProvider([modelFails({ kind: 'reset' })]), {
    cassette: folder.file(),
  });
  await rejection(answerTo(fails, 'a'));
  const texts = [changed, await rejection(fails.close())].map((error) => said(error, folder));
  expect(texts).toMatchInlineSnapshot(`
    [
      "…/c.json: The file changed after it was read, for example by another recording. Run this again.",
      "…/c.json: The recording has only errors, so it does not replace the existing cassette. To record the errors, remove the cassette first.",
    ]
  `);
});

test('the message says that the name of a conversation contains a secret', async ({ expect }) => {
  using folder = new Folder();
  const provider = recordingProvider(notAsked, { cassette: folder.file() });
  const error = await rejection(answerTo(provider, 'Hi.', { conversation: 'ann@example.com' }));
  await rejection(provider.close());
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"The name of the conversation contains an e-mail address or another secret, which would be written to …/c.json. Use another name, for example an id."`,
  );
});

test('the message says that the file became a folder during the recording', async ({ expect }) => {
  using folder = new Folder();
  const cassette = folder.file();
  const live = scriptedProvider([say('1')]);
  const provider = recordingProvider(
    {
      ...live,
      complete: async (...given) => {
        const answer = await live.complete(...given);
        mkdirSync(cassette);
        return answer;
      },
    },
    { cassette },
  );
  const error = await rejection(answerTo(provider, 'a'));
  await rejection(provider.close());
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"…/c.json: The cassette cannot be written: it is a folder."`,
  );
});
