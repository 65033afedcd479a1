/** Texts that only look as if they contained a secret: they are stored unchanged. */
import { expect, test } from 'vitest';
import { say } from 'swarmcheck/testing';
import { joined } from '../../../src/cassette/format/format.ts';
import { Folder } from '../folder.ts';
import { answerTo, record, Talk } from '../replay/tapes.ts';

const picture = `data:image/png;base64,${Buffer.from('a picture of some kind, '.repeat(20)).toString('base64')}`;

const harmless: Record<string, string> = {
  'words about secrets':
    'The token was lost, so a password reset was asked for. It is no secret: the key is under the mat.',
  'a bearer': 'The bearer of bad news, and the bearer of the ring.',
  'sentences about passwords':
    'Password: required. Your password is too short. The password was changed. Token: invalid.',
  'cookies to eat': 'A cookie, two cookies, and the recipe of a cookie.',
  'words with sk- in them': 'Be risk-averse, do the task-list, ask-me-anything, and use a desk-lamp.',
  'short things that begin like keys': 'sk-1, pk-2, hf_x, npm_a, AKIA, AIza and eyJ are no keys.',
  'limits of tokens': 'max_tokens: 4096, prompt_tokens=12, tokens: 9000',
  'hashes and ids': `${'0123456789abcdef'.repeat(2)}01234567 123e4567-e89b-12d3-a456-426614174000 call_Ab12Cd34Ef56 chatcmpl-123`,
  'dates and prices': '2026-11-27T08:00:00Z, 27.11.2026, 08:00, $1,299.00, 12 €, 3.5 % and +49 30 1234567',
  code: 'const token = await login(user);\nif (!token) throw new Error("no token");\nexport type Key = keyof Keys;',
  markdown:
    '# Keys\n\n- [a link](https://x.example/a-b_c?page=2&size=10#top)\n- `code`, **bold**\n\n| a | b |\n|---|---|',
  'texts that are not e-mail addresses':
    '@mention, a@b, ann at example.com, foo@, @scope/package, user@localhost, x @ y.z',
  'addresses without a password':
    'https://x.example:8080/a/b?q=token http://localhost:3000 file:///etc/hosts mailto: urn:isbn:12',
  'a public certificate': [
    '-----',
    'BEGIN CERTIFICATE',
    '-----\nMIIB\n',
    '-----',
    'END CERTIFICATE',
    '-----',
  ].join(''),
  'a picture': picture,
  'JSON with harmless names': JSON.stringify({
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    max_tokens: 100,
    keyboard: 'qwerty',
    monkey: 'George',
    author: 'Ann',
    compass: 'north',
    secretary: 'Bob',
    tokenizer: 'cl100k_base',
    passenger: 'Carl',
    key: 'primary',
    code: 'E404',
  }),
  'other scripts': 'пароль 密码 contraseña 🔑 — “quoted”, ligature ﬁ, a\u0301',
  'an empty text': '',
  'white space': ' \t\r\n ',
};

test.for(Object.entries(harmless))('a text without secrets is stored unchanged: %s', async ([, text]) => {
  using folder = new Folder();
  await record(folder.file(), [say(text)], (provider) => answerTo(provider, text));
  const [interaction] = folder.json().lanes[0]!.interactions;
  for (const content of [
    interaction!.request.new![0]!.content,
    interaction!.completion.choices[0].message.content,
  ])
    expect(joined((content ?? '') as string | string[])).toBe(text);
});

test('the usage and the ids of an answer are kept', async () => {
  using folder = new Folder();
  const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
  await record(folder.file(), [say('Emma.', { usage })], (provider) => answerTo(provider, 'Who?'));
  const { completion } = folder.json().lanes[0]!.interactions[0]!;
  expect(completion).toMatchObject({ usage, object: 'chat.completion' });
  expect(completion.id).not.toContain('[');
});

test('the schema of a tool is kept if its fields have secret names', async () => {
  using folder = new Folder();
  const parameters = {
    type: 'object',
    properties: {
      password: { type: 'string', minLength: 8, description: 'of the user' },
      token: { type: 'string' },
    },
    required: ['password', 'token'],
  };
  const definition = {
    type: 'function' as const,
    function: { name: 'log_in', description: 'Logs in.', parameters },
  };
  await record(folder.file(), [say('ok')], (provider) =>
    provider.complete({ model: 'm', messages: [{ role: 'user', content: 'Hi.' }], tools: [definition] }),
  );
  expect(folder.json().tools['log_in']).toEqual(definition);
});

test('short secrets are not searched for in other texts', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('ok'), say('ok')], async (provider) => {
    const talk = new Talk(provider);
    await talk.ask('{"pin":"cat"}');
    await talk.ask('Look for the cat in the catalogue.');
  });
  expect(folder.json().lanes[0]!.interactions[1]!.request.new).toEqual([
    { role: 'user', content: 'Look for the cat in the catalogue.' },
  ]);
});
