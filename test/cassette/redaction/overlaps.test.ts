/** Secrets within, before or right after others, and in texts that are almost JSON. */
import { expect, test } from 'vitest';
import { LaneSecrets } from '../../../src/secrets/lane-secrets.ts';

const key = ['sk', 'proj', 'Ab3'.repeat(8)].join('-');
const longer = `${key}Xyz9`;
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'c2lnbmF0dXJl'].join('.');
const password = ['hunter', '22x'].join('');
const session = ['s3cr3t', 'session', 'value'].join('-');

const texts: [what: string, texts: string[], secrets: string[]][] = [
  ['a token within a cookie', [`Cookie: session=${session}; jwt=${jwt}; other=1`], [session, jwt]],
  [
    'a known address within a cookie',
    ['I am ann@example.com.', `Cookie: user=ann@example.com; sid=${session}`],
    [session, 'ann@example.com'],
  ],
  ['one that begins like another', [`${key} is wrong`, longer], [key, longer.slice(key.length)]],
  [
    'one that begins like another, without a form that says where it ends',
    ['{"password":"abcdef1"}', '{"password":"abcdef1-longer-99"}', 'It was abcdef1-longer-99 then.'],
    ['abcdef1', 'longer-99'],
  ],
  ['once more in its text', [`password=${password} and again ${password}`], [password]],
  [
    'before the field that shows that it is one',
    [`{"note":"it is ${password}","password":"${password}"}`],
    [password],
  ],
  ['JSON behind a word', [`Config: {"password":"${password}"}`], [password]],
  ['JSON that breaks off', [`{"password":"${password}", `], [password]],
  ['lines of JSON', [`{"a":1}\n{"password":"${password}"}`], [password]],
  ['a text of JSON', [JSON.stringify(`{"password":"${password}"}`)], [password]],
  ['quotes of Python', [`{'password': '${password}'}`], [password]],
  ['behind the escape of a line break', [String.raw`{"error": "line\n${key}`], [key]],
  ['an address without a user', [`redis://:${password}@host:6379`], [password]],
  ['a password with an @', [`postgres://app:p@${password}@host/db`], [password]],
  ['a command', [`curl -u ann:${password} https://example.com`], [password]],
  ['a setting', [`password = "${password}"`], [password]],
  ['an address that is not ASCII', ['jürgen@exämple.de wrote'], ['jürgen', 'exämple']],
];

test.for(texts)('secrets are replaced and restored: %s', ([, list, secrets]) => {
  const lane = new LaneSecrets();
  const hidden = list.map((text) => lane.hideText(text));
  for (const secret of secrets) expect(hidden.join('\n')).not.toContain(secret);
  expect(hidden.map((text) => lane.hideText(text))).toEqual(hidden);
  expect(hidden.map((text) => lane.reveal(text))).toEqual(list);
});

test.for([
  'Install react@18.2.0 and sk-learn-contrib.',
  'git clone git@github.com:ann/repository.git',
  'Use Bearer authentication.',
  'select * from pk_customers',
  'const password = z.string().min(8);',
  'apiKey: process.env.OPENAI_API_KEY',
  'password: minimum 8 characters',
  'https://example.com/?code=US&key=name',
  'https://example.com:8080/a and https://example.com/b',
])('%s contains no secret', (text) => {
  expect(new LaneSecrets().hideText(text)).toBe(text);
});

test.for([
  ['eyJ-'.repeat(20_000), 'eyJ-'.repeat(20_000)],
  [`password=${'!'.repeat(80_000)}x`, 'password=[secret-1]'],
  ['https://a.example/ '.repeat(20_000), 'https://a.example/ '.repeat(20_000)],
])('a long text is searched in time: %#', ([text, hidden]) => {
  expect(new LaneSecrets().hideText(text!)).toBe(hidden);
});
