/** Long texts that could slow down the search for secrets: they are recorded and replayed like others. */
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { completing, saying } from '../../support/completions.ts';
import { Folder } from '../../cassette/folder.ts';
import { answerTo } from '../../cassette/replay/tapes.ts';

const length = 200_000;
/**
 * A text with the beginnings of every kind of secret, so that all are searched for, and then this unit many times.
 */
const repeated = (unit: string) =>
  `-----BEGIN eyJ, cookie, ftp://u@h, ?a=b, key. ${unit.repeat(Math.ceil(length / unit.length))}`;

const units = [
  'a',
  '@',
  'a@',
  'a.',
  '@a.',
  '-',
  'sk-',
  'sk-sk-',
  'eyJ',
  'eyJaaaaa.',
  'AKIA',
  'ghp_',
  'xoxb-',
  'SG.',
  'a1 ',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY',
  '-----BEGIN PRIVATE KEY-----',
  'PRIVATE KEY-----',
  'cookie',
  'cookie: ',
  'authorization: ',
  'bearer ',
  'token ',
  'token is ',
  'token:',
  'password',
  'api_',
  'password=',
  '?key=',
  '&a=b',
  '"',
  '\\',
  '\\"',
  '{',
  '[',
  '[{"a":',
  '[secret-1]',
  'email-1@redacted.invalid',
  ' ',
  'two words\n',
  'ä',
  '🔑',
  '\0',
];

const unchanged = { isSame: true, exact: 1, drifted: 0 };

/** Records and replays a text, as the question and as the answer. */
async function bothWays(text: string) {
  using folder = new Folder();
  const ask = async (provider: CompletionProvider) => await answerTo(provider, text);
  {
    await using provider = recordingProvider(completing(saying(text)), { cassette: folder.file() });
    await ask(provider);
  }
  using provider = replayProvider(folder.file());
  const answer = await ask(provider);
  return { isSame: answer === text, ...provider.summary };
}

test.for(units)('a long text of %j is recorded and replayed unchanged', async (unit) => {
  expect(await bothWays(repeated(unit))).toMatchObject(unchanged);
});

test('a long text of JSON within JSON is recorded and replayed unchanged', async () => {
  let text = '{"password":"hunter22"}';
  while (text.length < length) text = JSON.stringify({ json: text });
  expect(await bothWays(text)).toMatchObject(unchanged);
});

test('lists in lists are recorded and replayed unchanged, as deep as JSON can be parsed', async () => {
  const depth = 100_000;
  expect(await bothWays(`${'['.repeat(depth)}"ann@example.com"${']'.repeat(depth)}`)).toMatchObject(
    unchanged,
  );
});

test('a text with a thousand secrets is recorded and replayed unchanged', async () => {
  const all = Array.from({ length: 1000 }, (_, index) => `ann-${index}@example.com`);
  expect(await bothWays(all.join('\n'))).toMatchObject(unchanged);
});
