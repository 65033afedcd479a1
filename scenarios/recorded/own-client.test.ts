import OpenAI from 'openai';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

/** An app with its own client, which streams and keeps the history. */
async function chat(messages: OpenAI.Chat.ChatCompletionMessageParam[], text: string): Promise<string> {
  messages.push({ role: 'user', content: text });
  const pieces: string[] = [];
  for await (const { choices } of await new OpenAI({ apiKey: 'none' }).chat.completions.create({
    model: 'gpt-4o',
    messages,
    stream: true,
  }))
    pieces.push(choices[0]?.delta.content ?? '');
  messages.push({ role: 'assistant', content: pieces.join('') });
  return pieces.join('');
}

test('a bare client is answered from a cassette', async ({ model, cassette }) => {
  const mock = model(cassette());
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [];

  expect(await chat(messages, 'My address is ann@example.com.')).toBe('My address is ann@example.com.');
  expect(await chat(messages, 'Thank you.')).toBe('Thank you.');

  expect(mock.requests).toHaveLength(2);
});
