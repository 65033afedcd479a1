/** Every form of secret, alone: the name that replaces it, and the text that is left around it. */
import { expect, test } from 'vitest';
import { say } from 'swarmcheck/testing';
import { Folder } from '../folder.ts';
import { answerTo, record } from '../replay/tapes.ts';
import { leaksIn } from './leaks.ts';
import { allSecrets, secretForms } from './secrets.ts';

/** The stored text of a message of the user. */
async function stored(text: string, folder: Folder): Promise<string> {
  await record(folder.file(), [say('ok')], (provider) => answerTo(provider, text));
  const { content } = folder.json().lanes[0]!.interactions[0]!.request.new![0]!;
  return [content].flat().join('\n');
}

const placeholder = /\[(?:secret|api-key|token|cookie|private-key)-\d+\]|email-\d+@redacted\.invalid/g;

test.for(secretForms('alone'))(
  'one name replaces the secret, and the rest is kept: $name',
  async ({ text, values }) => {
    using folder = new Folder();
    const content = await stored(text, folder);
    expect(leaksIn(folder, values)).toEqual([]);
    // One secret has one name; the text around it is unchanged.
    expect(content.match(placeholder)).toHaveLength(1);
    const [before, after] = content.split(placeholder);
    expect(text.startsWith(before!) && text.endsWith(after!)).toBe(true);
  },
);

test('there are more than thirty forms, and each has its own secrets', () => {
  const all = secretForms('alone').flatMap(({ values }) => values);
  expect(secretForms('alone').length).toBeGreaterThan(30);
  expect(new Set(all).size).toBe(all.length);
});

const { data } = allSecrets('fields');
const fields = Object.entries(data).filter(([name]) => name !== 'note');

test.for(fields)('the value of a field named %s is replaced', async ([name, value]) => {
  using folder = new Folder();
  const content = await stored(JSON.stringify({ id: 7, deep: [{ [name]: value }], after: 'plain' }), folder);
  expect(content).toBe(`{"id":7,"deep":[{"${name}":"[secret-1]"}],"after":"plain"}`);
});

test('every value in a field with a secret name is replaced, at any depth', async () => {
  using folder = new Folder();
  const credentials = { user: 'ann', more: ['hunter', { at: 'home' }] };
  expect(await stored(JSON.stringify({ credentials }), folder)).toBe(
    '{"credentials":{"user":"[secret-1]","more":["[secret-2]",{"at":"[secret-3]"}]}}',
  );
});

test('secret numbers become 0', async () => {
  using folder = new Folder();
  const text = '{"pin": 1234, "cvv": 567, "amount": 1234, "otp": -1, "max_tokens": 100}';
  expect(await stored(text, folder)).toBe(
    '{"pin": 0, "cvv": 0, "amount": 1234, "otp": 0, "max_tokens": 100}',
  );
});

test('JSON keeps its white space, numbers and escapes', async () => {
  using folder = new Folder();
  const text = String.raw`{ "n" : 1.0e3,"text":"\u00e4\/", "password" :"hunter22" , "empty": {} }`;
  expect(await stored(text, folder)).toBe(text.replace('hunter22', '[secret-1]'));
});
