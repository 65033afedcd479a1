/** Long texts that are made to keep a search busy: they are recorded and replayed like others. */
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { completing, saying } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';

const length = 200_000;
/** Something of every kind of secret, so that all are looked for, and then this again and again. */
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

/** What becomes of a text that is recorded and replayed, as question and as answer. */
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

test.for(units)('a long text of %j', async (unit) => {
  expect(await bothWays(repeated(unit))).toMatchObject(unchanged);
});

test('JSON in JSON in JSON, until it is long, and mostly escapes', async () => {
  let text = '{"password":"hunter22"}';
  while (text.length < length) text = JSON.stringify({ json: text });
  expect(await bothWays(text)).toMatchObject(unchanged);
});

test('lists in lists, as deep as JSON can be read', async () => {
  const depth = 100_000;
  expect(await bothWays(`${'['.repeat(depth)}"ann@example.com"${']'.repeat(depth)}`)).toMatchObject(
    unchanged,
  );
});

test('a thousand secrets in one text', async () => {
  const all = Array.from({ length: 1000 }, (_, index) => `ann-${index}@example.com`);
  expect(await bothWays(all.join('\n'))).toMatchObject(unchanged);
});
