import { expect, test } from 'vitest';
import { callTool, callTools, refuse, say, scriptedProvider } from 'swarmcheck/testing';
import { offer, request } from './ask.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

test('say gives a whole completion', async () => {
  const completion = await scriptedProvider([say('hello')]).complete(request({ model: 'gpt-4o-mini' }));
  expect(completion).toStrictEqual({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'hello', refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
  });
});

test('calls have their arguments as JSON', async () => {
  const provider = scriptedProvider([callTools([callTool('a', { x: 1, y: 'z' }), callTool('b')])]);
  const { choices } = await provider.complete(
    request({ tools: offer(['a', 'b'], { type: 'object', properties: { x: {}, y: {} } }) }),
  );
  expect(choices).toStrictEqual([
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'a', arguments: '{"x":1,"y":"z"}' } },
          { id: 'call_2', type: 'function', function: { name: 'b', arguments: '{}' } },
        ],
      },
      finish_reason: 'tool_calls',
      logprobs: null,
    },
  ]);
});

test('text beside calls is in the same message', async () => {
  const provider = scriptedProvider([callTool('a', {}, { say: 'One moment.' })]);
  const { choices } = await provider.complete(request({ tools: offer(['a']) }));
  expect(choices[0]?.message).toMatchObject({ content: 'One moment.', tool_calls: [{ id: 'call_1' }] });
});

test('a refusal replaces the text', async () => {
  const { choices } = await scriptedProvider([refuse('No.')]).complete(request());
  expect(choices[0]).toMatchObject({ message: { content: null, refusal: 'No.' }, finish_reason: 'stop' });
});

test('an empty text stays an empty string', async () => {
  const { choices } = await scriptedProvider([say('')]).complete(request());
  expect(choices[0]?.message.content).toBe('');
});

test('usage is reported as scripted', async () => {
  const provider = scriptedProvider([say('a', { usage }), say('b')]);
  expect(await provider.complete(request())).toHaveProperty('usage', usage);
  expect(await provider.complete(request())).not.toHaveProperty('usage');
});

test('the finish reason of a step is used', async () => {
  const { choices } = await scriptedProvider([say('hel', { finishReason: 'length' })]).complete(request());
  expect(choices[0]?.finish_reason).toBe('length');
});

test('ids are numbered across all answers, and the id of a call is used', async () => {
  const provider = scriptedProvider([
    callTools([callTool('a'), callTool('a', {}, { id: 'mine' })]),
    callTool('a'),
  ]);
  const asked = request({ tools: offer(['a']) });
  const answers = [await provider.complete(asked), await provider.complete(asked)];
  expect(answers.map(({ id }) => id)).toEqual(['chatcmpl-1', 'chatcmpl-2']);
  const ids = answers.flatMap(({ choices }) => choices[0]?.message.tool_calls?.map(({ id }) => id));
  expect(ids).toEqual(['call_1', 'mine', 'call_3']);
});

test('two plays of one script give identical bytes', async () => {
  const steps = [callTool('a', { x: 1 }, { hallucinated: true }), say('done', { usage })];
  const play = async () => {
    const provider = scriptedProvider(steps);
    return JSON.stringify([await provider.complete(request()), await provider.complete(request())]);
  };
  expect(await play()).toBe(await play());
});

test('latencyMs adds no delay', async () => {
  const completion = await scriptedProvider([say('at once', { latencyMs: 1e9 })]).complete(request());
  expect(completion.choices[0]?.message.content).toBe('at once');
});

test('later changes to the list of steps have no effect', async () => {
  const steps = [say('first'), say('second')];
  const provider = scriptedProvider(steps);
  steps.length = 0;
  expect(provider.remaining).toBe(2);
});

test('later changes inside a step have no effect', async () => {
  const args = { list: ['a'] };
  const step = callTool('a', args, { hallucinated: true });
  const provider = scriptedProvider([step]);
  args.list.push('b');
  step.calls[0].tool = 'b';
  const { choices } = await provider.complete(request());
  expect(choices[0]?.message.tool_calls).toMatchObject([
    { function: { name: 'a', arguments: '{"list":["a"]}' } },
  ]);
});

test('changes that a caller makes to an answer do not reach the script', async () => {
  const step = say('hi', { usage });
  const first = await scriptedProvider([step]).complete(request());
  first.usage!.total_tokens = 99;
  expect((await scriptedProvider([step]).complete(request())).usage).toEqual(usage);
});
