/** The header that names a conversation, in every form in which code passes headers to `fetch`. */
import { mockModel } from 'swarmcheck/msw';
import { expect, test } from 'vitest';
import { say, scriptedProvider } from 'swarmcheck/testing';

const name = 'x-swarmcheck-conversation';
const forms: [form: string, headers: RequestInit['headers'], heard: string | undefined][] = [
  ['an object', { [name]: 'ann' }, 'ann'],
  ['an object with capital letters', { 'X-Swarmcheck-Conversation': 'ann' }, 'ann'],
  ['an instance of Headers', new Headers({ [name]: 'ann' }), 'ann'],
  ['a list of pairs', [['X-Swarmcheck-Conversation', 'ann']], 'ann'],
  ['a Map', new Map([[name, 'ann']]) as never, 'ann'],
  ['an object without the name', { accept: '*/*' }, undefined],
  ['undefined', undefined, undefined],
];

test.for(forms)('the conversation is read from headers given as %s', async ([, headers, heard]) => {
  const seen: unknown[] = [];
  const script = scriptedProvider([say('Hello.'), say('Hello.')]);
  using model = mockModel({
    ...script,
    async complete(request, options) {
      seen.push(options?.conversation);
      return await script.complete(request, options);
    },
  });
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] });
  const url = `${model.baseURL}/chat/completions`;
  await fetch(url, { method: 'POST', body, ...(headers && { headers }) });
  await fetch(new Request(url, { method: 'POST', body, ...(headers && { headers }) }));
  expect(seen).toEqual([heard, heard]);
});

test('invalid headers are refused, as fetch refuses them', async () => {
  using model = mockModel([]);
  const headers = { [name.toUpperCase()]: 'two\nlines' };
  const asked = fetch(`${model.baseURL}/chat/completions`, { method: 'POST', body: '{}', headers });
  await expect(asked).rejects.toThrow(TypeError);
});
