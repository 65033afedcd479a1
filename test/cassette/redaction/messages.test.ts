/** Messages about a replay that does not fit: they contain names of secrets, and never a secret. */
import { expect, test, vi } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  recordingProvider,
  type CassetteMismatchError,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { completing, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, type Play, record, user } from '../replay/tapes.ts';
import { leaksIn, leaksInTexts } from './leaks.ts';
import { places } from './places.ts';
import { allSecrets } from './secrets.ts';

const secrets = allSecrets('now');
const others = allSecrets('later');

/** All texts of an error. */
function told(error: unknown): string[] {
  const { message, stack, cause } = error as Error;
  return [message, String(stack), JSON.stringify(error), String(cause)];
}

/** The contents of a place with a change that is not a secret. */
const changed = (all: typeof secrets) => ({
  ...all,
  text: `${all.text}\nAnd more.`,
  texts: [...all.texts, 'And more.'],
  data: { ...all.data, more: 'more' },
});

/** Places whose contents the model says or never sees, so a change in them changes no request. */
const unasked = [
  'unknown fields of a choice',
  'a text in place of a message',
  'sources, and details of the reasoning',
  'a call of another kind',
  'fields of a call',
  'arguments that are an object',
  'probabilities of arguments',
  'names of context variables that are gone',
  'the last result, after which no model is asked',
  'the answer',
  'an answer that is JSON',
  'a refusal, and the reasoning',
  'context variables',
  'an answer with probabilities',
  'unknown fields of an answer',
  'an error of the API',
  'the details of an error',
  'an invalid answer',
  'an answer without choices',
  'parameters that the model does not see',
  'JSON in JSON in arguments',
  'JSON in arguments',
  'arguments',
  'arguments that are a list',
  'arguments that break off',
  'arguments that are not JSON',
];
const asked = Object.keys(places).filter((place) => !unasked.includes(place));

test.for(asked)('the error about a change contains no secret: %s', async (place) => {
  using folder = new Folder();
  const play = (all: typeof secrets) => async (provider: CompletionProvider) =>
    await places[place]!(all).play(provider, false);
  {
    const live = completing(...places[place]!(secrets).answers);
    await using provider = recordingProvider(live, { cassette: folder.file() });
    await play(secrets)(provider);
  }
  for (const now of [secrets, others]) {
    const provider = replayProvider(folder.file());
    const error = await rejection(play(changed(now))(provider));
    expect(error.name).toBe('CassetteMismatchError');
    expect(leaksInTexts(told(error), [...secrets.values, ...others.values])).toEqual([]);
  }
});

const recordOne = async (folder: Folder, text: string, steps: Step[] = [say('ok')]) =>
  await record(folder.file(), steps, (provider) => answerTo(provider, text));

test('the error about a request beyond the recording contains no secret', async () => {
  using folder = new Folder();
  await recordOne(folder, secrets.text);
  using provider = replayProvider(folder.file());
  await answerTo(provider, secrets.text);
  const error = await rejection(
    provider.complete(asking(user(secrets.text), { role: 'assistant', content: 'ok' }, user(secrets.text))),
  );
  expect(error.name).toBe('CassetteMissError');
  expect(leaksInTexts(told(error), secrets.values)).toEqual([]);
});

test('the error about an unknown conversation has the names of secrets, and no secret', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('1'), say('2')], async (provider) => {
    await answerTo(provider, `First: ${secrets.texts[0]}`);
    await answerTo(provider, `Second: ${secrets.texts[1]}`);
  });
  const error = await rejection(answerTo(replayProvider(folder.file()), secrets.text));
  expect(error.message).toContain('First: It is [api-key-1], I think.');
  expect(leaksInTexts(told(error), secrets.values)).toEqual([]);
});

test('a warning on stderr contains no secret', async () => {
  using folder = new Folder();
  await recordOne(folder, secrets.text);
  using write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  using provider = replayProvider(folder.file(), { onMismatch: 'warn' });
  await answerTo(provider, `${others.text}\nAnd more.`);
  const lines = write.mock.calls.map(([line]) => String(line));
  expect(lines.join('')).toContain('+And more.');
  expect(leaksInTexts(lines, [...secrets.values, ...others.values])).toEqual([]);
});

test('the error about a changed tool result contains no secret', async () => {
  using folder = new Folder();
  const run =
    (result: string, isVerified: boolean): Play =>
    async (provider) => {
      const act = () => result;
      const agent = new Agent({ functions: [act] });
      const messages = [user('Go on.')];
      const verified = isVerified ? replayTools(agent, folder.file(), 'verify') : agent;
      return await new Swarm({ provider }).run({ agent: verified, messages });
    };
  await record(folder.file(), [callTool('act'), say('ok')], run(secrets.text, false));
  const error = await rejection(run(`${others.text}\nAnd more.`, true)(replayProvider(folder.file())));
  expect((error as CassetteMismatchError).drift[0]!.diff).toContain('+And more.');
  expect(leaksInTexts(told(error), [...secrets.values, ...others.values])).toEqual([]);
});

test.for(['ann@example.com', ['sk', 'a'.repeat(30)].join('-')])(
  'a conversation whose name is a secret is refused, and the error does not contain the name',
  async (conversation) => {
    using folder = new Folder();
    using script = scriptedProvider([]);
    await using provider = recordingProvider(script, { cassette: folder.file() });
    const error = await rejection(answerTo(provider, 'Hi.', { conversation }));
    expect(error).toMatchObject({ name: 'CassetteFileError', problem: 'secret' });
    expect(leaksInTexts(told(error), [conversation])).toEqual([]);
  },
);

test('the error of a refused key is not stored, and the next conversation is recorded', async () => {
  using folder = new Folder();
  const words = `401 Incorrect API key provided: ${secrets.texts[0]}`;
  const live = completing(saying('ok'));
  const refused = {
    ...live,
    complete: () => Promise.reject(Object.assign(new Error(words), { status: 401 })),
  };
  {
    await using provider = recordingProvider(refused, { cassette: folder.file() });
    await expect(answerTo(provider, 'Hi.')).rejects.toThrow(words);
  }
  expect(leaksIn(folder, ['Incorrect API key'])).toEqual([]);
  await recordOne(folder, 'Hi.');
  expect(folder.json().lanes[0]!.interactions).toHaveLength(1);
});
