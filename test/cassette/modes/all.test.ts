/** The mode "all", and recordingProvider: the first answer replaces a cassette, and errors alone never do. */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  cassetteProvider,
  CassetteFileError,
  modelFails,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
  type Fault,
  type Step,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, record, said, user } from '../replay/tapes.ts';
import { inPlainEnvironment, talk } from './environment.ts';

inPlainEnvironment();

const questions = ['a', 'b', 'c'];

/** Records a conversation of three questions, with old answers. */
async function recorded(folder: Folder): Promise<string> {
  const old = questions.map((question) => say(`old ${question}`));
  await record(folder.file(), old, (provider) => talk(provider, questions));
  return folder.file();
}

type Recorder = CompletionProvider & { close(): Promise<void> };

/** Everything that records anew. */
const recorders: [string, (live: CompletionProvider, cassette: string) => Recorder][] = [
  ['the mode "all"', (live, cassette) => cassetteProvider(live, { cassette, mode: 'all' })],
  ['recordingProvider', (live, cassette) => recordingProvider(live, { cassette })],
];

const status = (code: number): Step => modelFails({ kind: 'status', status: code });

test.for(recorders)(
  '%s asks the model for everything, and nothing of the old recording is left',
  async ([, recorder]) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const provider = recorder(scriptedProvider([say('new a'), say('new d')]), cassette);
    expect(await talk(provider, ['a', 'd'])).toEqual(['new a', 'new d']);
    await provider.close();
    expect(folder.read()).not.toContain('old');
    using again = replayProvider(cassette);
    expect(await talk(again, ['a', 'd'])).toEqual(['new a', 'new d']);
  },
);

test.for(recorders)('%s leaves the old recording until there is an answer', async ([, recorder]) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const seen: string[] = [];
  const live = scriptedProvider([
    () => {
      seen.push(folder.read());
      return say('new a');
    },
  ]);
  const provider = recorder(live, cassette);
  expect(folder.read()).toBe(before);
  await talk(provider, ['a']);
  expect(seen).toEqual([before]);
  expect(folder.read()).toContain('new a');
  await provider.close();
});

test.for(recorders)(
  '%s keeps two answers and the error of a model that fails at the third',
  async ([, recorder]) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const live = scriptedProvider([say('new a'), say('new b'), modelFails({ kind: 'reset' })]);
    const provider = recorder(live, cassette);
    expect((await rejection(talk(provider, questions))).name).toBe('Error');
    await provider.close();
    expect(folder.read()).not.toContain('old');
    expect(folder.json().lanes).toMatchObject([
      { interactions: [{ completion: {} }, { completion: {} }, { error: { name: 'APIConnectionError' } }] },
    ]);
  },
);

const faults: Fault[] = [
  { kind: 'reset' },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 500 },
  { kind: 'malformed-json' },
];

for (const [name, recorder] of recorders) {
  test.for(faults)(`${name} does not replace a recording with errors alone: %j`, async (fault) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const before = folder.read();
    const provider = recorder(scriptedProvider([modelFails(fault), modelFails(fault)]), cassette);
    await rejection(answerTo(provider, 'a'));
    await rejection(answerTo(provider, 'b'));
    const error = await rejection(provider.close());
    expect(error).toBeInstanceOf(CassetteFileError);
    expect(said(error, folder)).toBe(
      '…/c.json: The recording has only errors, so it does not replace the existing cassette. To record the errors, remove the cassette first.',
    );
    expect(folder.read()).toBe(before);
  });
}

test.for(recorders)('%s records errors alone if the cassette does not exist', async ([, recorder]) => {
  using folder = new Folder();
  const provider = recorder(scriptedProvider([status(500)]), folder.file());
  await rejection(answerTo(provider, 'a'));
  await provider.close();
  expect(folder.json().lanes[0]?.interactions).toMatchObject([{ error: { status: 500 } }]);
});

test.for(recorders)(
  '%s records errors before an answer once the answer has arrived',
  async ([, recorder]) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const before = folder.read();
    const provider = recorder(scriptedProvider([status(500), say('new a')]), cassette);
    await rejection(answerTo(provider, 'a'));
    expect(folder.read()).toBe(before);
    await answerTo(provider, 'a');
    await provider.close();
    expect(folder.json().lanes[0]?.interactions).toMatchObject([
      { error: { status: 500 } },
      { completion: {} },
    ]);
  },
);

for (const [name, recorder] of recorders) {
  test.for([401, 403])(`${name} does not record that a key is refused: %i`, async (code) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const before = folder.read();
    const provider = recorder(scriptedProvider([status(code)]), cassette);
    expect(await rejection(answerTo(provider, 'a'))).toMatchObject({ status: code });
    await provider.close();
    expect(folder.read()).toBe(before);
  });
}

test('a refused key does not create a cassette', async () => {
  using folder = new Folder();
  await using provider = recordingProvider(scriptedProvider([status(401)]), { cassette: folder.file() });
  await rejection(answerTo(provider, 'a'));
  await provider.close();
  expect(() => folder.read()).toThrow('ENOENT');
});

test('a key that is refused in the middle leaves the answers before it', async () => {
  using folder = new Folder();
  const provider = recordingProvider(scriptedProvider([say('new a'), status(401)]), {
    cassette: folder.file(),
  });
  await rejection(talk(provider, ['a', 'b']));
  await provider.close();
  expect(folder.json().lanes).toMatchObject([{ interactions: [{ completion: {} }] }]);
  using again = replayProvider(folder.file());
  expect(await talk(again, ['a'])).toEqual(['new a']);
});

test('a retry after a refused key, in the same run, is recorded as if the key had not been refused', async () => {
  using folder = new Folder();
  const run = async (provider: CompletionProvider) => {
    const twice: CompletionProvider = {
      complete: (...asked) => provider.complete(...asked).catch(() => provider.complete(...asked)),
      stream: provider.stream,
    };
    const swarm = new Swarm({ provider: twice });
    return await swarm.run({ agent: new Agent(), messages: [user('a')] });
  };
  const first = await record(folder.file(), [status(401), say('new a')], run);
  using provider = replayProvider(folder.file());
  expect((await run(provider)).messages).toEqual(first.messages);
});

test('an error about a script that does not fit is not recorded', async () => {
  using folder = new Folder();
  const provider = recordingProvider(scriptedProvider([say('new a')]), { cassette: folder.file() });
  expect((await rejection(talk(provider, ['a', 'b']))).name).toBe('ScriptExhaustedError');
  await provider.close();
  expect(folder.json().lanes).toMatchObject([{ interactions: [{ completion: {} }] }]);
});
