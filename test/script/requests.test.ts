import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionRequest } from 'swarmcheck';
import { callTool, say, scriptedProvider, type Step } from 'swarmcheck/testing';
import { echoTool, offer, request } from './ask.ts';
import { readAll } from '../support/completions.ts';

const answers = (count: number): Step[] => Array.from({ length: count }, () => say('ok'));

function isDeepFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))
  );
}

test('requests are kept in the order they were made', async () => {
  const provider = scriptedProvider(answers(2));
  await provider.complete(request({ model: 'first' }));
  await readAll(provider.stream(request({ model: 'second' })));
  expect(provider.requests.map(({ model }) => model)).toEqual(['first', 'second']);
});

test('a request is kept whole', async () => {
  const asked = request({ tools: offer(['a']), tool_choice: 'auto', parallel_tool_calls: false });
  const provider = scriptedProvider(answers(1));
  await provider.complete(asked);
  expect(provider.requests[0]).toStrictEqual(asked);
});

test('messages pushed later do not appear in a kept request', async () => {
  const asked = request();
  const provider = scriptedProvider(answers(1));
  await provider.complete(asked);
  asked.messages.push({ role: 'user', content: 'later' });
  asked.model = 'another';
  expect(provider.requests[0]).toStrictEqual(request());
});

test('a message changed later does not change a kept request', async () => {
  const asked = request();
  const provider = scriptedProvider(answers(1));
  await provider.complete(asked);
  asked.messages[1]!.content = 'changed';
  expect(provider.requests[0]).toStrictEqual(request());
});

test('tools changed later do not change a kept request', async () => {
  const asked = request({ tools: offer(['a']), tool_choice: { type: 'function', function: { name: 'a' } } });
  const before = structuredClone(asked);
  const provider = scriptedProvider([callTool('a')]);
  await provider.complete(asked);
  asked.tools![0]!.function.name = 'changed';
  asked.tools!.push(...offer(['b']));
  Object.assign(asked.tool_choice as object, { type: 'changed' });
  expect(provider.requests[0]).toStrictEqual(before);
});

test('each kept request has the messages that a live list had at that time', async () => {
  const provider = scriptedProvider(answers(3));
  const messages: CompletionRequest['messages'] = [{ role: 'user', content: 'hi' }];
  const call = { id: 'c1', type: 'function' as const, function: { name: 'a', arguments: '{"n":1}' } };
  await provider.complete({ model: 'm', messages });
  messages.push({ role: 'assistant', content: null, tool_calls: [call] });
  await provider.complete({ model: 'm', messages });
  call.function.arguments = '{"n":2}';
  messages[0]!.content = 'hi again';
  await provider.complete({ model: 'm', messages });
  const seen = provider.requests.map((each) =>
    each.messages.map((message) => ('tool_calls' in message ? message.tool_calls : message.content)),
  );
  expect(seen).toMatchObject([
    ['hi'],
    ['hi', [{ function: { arguments: '{"n":1}' } }]],
    ['hi again', [{ function: { arguments: '{"n":2}' } }]],
  ]);
});

test('a later change inside a shallowly frozen message does not change a kept request', async () => {
  const call = { id: 'c1', type: 'function' as const, function: { name: 'a', arguments: 'before' } };
  const message = Object.freeze({ role: 'assistant' as const, content: null, tool_calls: [call] });
  const provider = scriptedProvider(answers(2));
  await provider.complete({ model: 'm', messages: [message] });
  await provider.complete({ model: 'm', messages: [message] });
  call.function.arguments = 'after';
  expect(JSON.stringify(provider.requests)).not.toMatch('after');
});

test('a kept request is frozen at every depth', async () => {
  const provider = scriptedProvider([callTool('a')]);
  await provider.complete(
    request({ tools: offer(['a']), tool_choice: { type: 'function', function: { name: 'a' } } }),
  );
  expect(isDeepFrozen(provider.requests[0]!.messages)).toBe(true);
  expect(isDeepFrozen(provider.requests[0])).toBe(true);
});

test('the request of the caller is not frozen', async () => {
  const asked = request({ tools: offer(['a']) });
  await scriptedProvider(answers(1)).complete(asked);
  expect(
    [asked, asked.messages, asked.messages[0], asked.tools, asked.tools![0]].map(Object.isFrozen),
  ).toEqual([false, false, false, false, false]);
});

test('messages that are already frozen are not copied', async () => {
  const provider = scriptedProvider([
    callTool('echo', { text: 'a' }),
    callTool('echo', { text: 'b' }),
    say('ok'),
  ]);
  const agent = new Agent({ functions: [echoTool('echo', { text: { type: 'string' } })] });
  await new Swarm({ provider }).run({ agent, messages: [{ role: 'user', content: 'hi' }] });
  const [first, second, third] = provider.requests;
  expect(third!.messages).toHaveLength(6);
  expect(second!.messages.every((message, index) => third!.messages[index] === message)).toBe(true);
  expect(first!.messages.every((message, index) => third!.messages[index] === message)).toBe(true);
  expect(third!.tools![0]).toBe(first!.tools![0]);
});

test('a request is kept before it is answered', async () => {
  const provider = scriptedProvider([() => say(`${provider.requests.length} so far`)]);
  const { choices } = await provider.complete(request());
  expect(choices[0]?.message.content).toBe('1 so far');
});

test('requests of one provider do not appear in another', async () => {
  const [one, other] = [scriptedProvider(answers(1)), scriptedProvider(answers(1))];
  await one.complete(request());
  expect(other.requests).toEqual([]);
});
