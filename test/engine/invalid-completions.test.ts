import { expect, test, vi } from 'vitest';
import { Agent, InvalidCompletionError, partialResponse, tool } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { asking, completing, completion, saying } from '../support/completions.ts';
import { rejectedWith } from '../support/failures.ts';
import { unstreamed } from '../support/runs.ts';

const whole = { id: 'a', function: { name: 'pay', arguments: '{}' } };

const invalid: Record<string, [answer: unknown, reason: string]> = {
  null: [null, 'it is not a completion object'],
  undefined: [undefined, 'it is not a completion object'],
  'a string': ['<html>', 'it is not a completion object'],
  'a number': [7, 'it is not a completion object'],
  'an array': [[], 'it is not a completion object'],
  'an empty object': [{}, 'it has no choices'],
  'choices of null': [{ choices: null }, 'it has no choices'],
  'choices that are not an array': [{ choices: { 0: {} } }, 'it has no choices'],
  'no choice': [{ choices: [] }, 'its list of choices is empty'],
  'a choice of null': [{ choices: [null] }, 'its list of choices is empty'],
  'a choice without a message': [{ choices: [{ finish_reason: 'stop' }] }, 'its choice has no message'],
  'a message that is a string': [
    { choices: [{ finish_reason: 'stop', message: 'hi' }] },
    'its choice has no message',
  ],
  'no finish_reason': [
    { choices: [{ message: asking(whole) }] },
    'it has no finish_reason, so it was cut off',
  ],
  'a finish_reason of null': [completion(asking(whole), null), 'it has no finish_reason, so it was cut off'],
  'an empty finish_reason': [completion(asking(whole), ''), 'it has no finish_reason, so it was cut off'],
  'finish_reason length with tool calls': [
    completion(asking(whole), 'length'),
    'its tool calls were cut off (finish_reason "length")',
  ],
  'finish_reason content_filter with tool calls': [
    completion(asking(whole), 'content_filter'),
    'its tool calls were cut off (finish_reason "content_filter")',
  ],
  'tool_calls that are not an array': [
    completion({ role: 'assistant', content: null, tool_calls: whole }),
    'its tool_calls are not a list',
  ],
  'a tool call of null': [
    completion({ role: 'assistant', content: null, tool_calls: [null] }),
    'a tool call has no function: null',
  ],
  'a tool call without a function': [
    completion(asking({ id: 'a' })),
    'a tool call has no function: {"type":"function","id":"a"}',
  ],
  'a tool call without an id': [
    completion(asking({ function: whole.function })),
    'a tool call has no id, so it cannot be answered',
  ],
  'a tool call with an empty id': [
    completion(asking({ ...whole, id: '' })),
    'a tool call has no id, so it cannot be answered',
  ],
  'a tool call with a number as its id': [
    completion(asking({ ...whole, id: 7 })),
    'a tool call has no id, so it cannot be answered',
  ],
  'a tool call without a name': [
    completion(asking({ id: 'a', function: { arguments: '{}' } })),
    'a tool call has a function without a name',
  ],
  'arguments that are an object': [
    completion(asking({ id: 'a', function: { name: 'pay', arguments: {} } })),
    'a tool call has arguments that are not a string',
  ],
  'content that is an array': [
    completion({ role: 'assistant', content: [{ type: 'text', text: 'hi' }] }),
    'its content is not a string',
  ],
  'a valid call before an invalid one': [
    completion(asking(whole, { id: 'b' })),
    'a tool call has no function: {"type":"function","id":"b"}',
  ],
};

for (const [words, [answer, reason]] of Object.entries(invalid)) {
  test(`an invalid completion rejects the run before a tool runs: ${words}`, async () => {
    const { agent, pay } = payer();
    const error = await rejectedWith(
      unstreamed({ agent, provider: completing(answer, saying('next turn')) }),
    );
    expect(error).toBeInstanceOf(InvalidCompletionError);
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining(`The model's answer cannot be used: ${reason}`),
    );
    expect(error).toHaveProperty('name', 'InvalidCompletionError');
    expect(pay).not.toHaveBeenCalled();
  });
}

for (const finishReason of ['length', 'content_filter', 'function_call', 'something new']) {
  test(`finish_reason ${finishReason} without tool calls completes the run`, async () => {
    const provider = completing(completion({ role: 'assistant', content: 'I was' }, finishReason));
    expect(await unstreamed({ provider })).toMatchObject({
      stopReason: 'completed',
      messages: [{ content: 'I was' }],
    });
  });
}

test('finish_reason stop with tool calls runs the tools', async () => {
  const { agent, pay } = payer();
  await unstreamed({ agent, provider: completing(completion(asking(whole), 'stop'), saying('ok')) });
  expect(pay).toHaveBeenCalledOnce();
});

test.for([
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
] as const)('arguments that are %s reach the tool as {}', async ([, args]) => {
  const { agent, pay } = payer();
  const answer = completion(asking({ id: 'a', function: { name: 'pay', arguments: args } }));
  const response = await unstreamed({ agent, provider: completing(answer, saying('ok')) });
  expect(pay).toHaveBeenCalledExactlyOnceWith({}, expect.anything());
  expect(response.messages[0]).toMatchObject({ tool_calls: [{ function: { arguments: '' } }] });
});

test('the error has the received answer, and its message shortens it', async () => {
  const answer = { choices: [], note: 'n'.repeat(1000) };
  const error = await rejectedWith(unstreamed({ provider: completing(answer) }));
  expect(error).toHaveProperty('received', answer);
  expect(String(error)).toHaveLength(
    String(error).indexOf('Received: ') + 'Received: '.length + 300 + '… (1025 characters)'.length,
  );
});

test('the error keeps the beginning of a long answer', async () => {
  const error = await rejectedWith(unstreamed({ provider: completing('x'.repeat(5000)) }));
  expect(error).toHaveProperty('received', 'x'.repeat(2000));
});

test('the partial response of an invalid completion has the earlier turns', async () => {
  const { agent } = payer();
  const error = await rejectedWith(
    unstreamed({ agent, provider: completing(completion(asking(whole)), {}) }),
  );
  expect(partialResponse(error)).toMatchObject({
    messages: [{ role: 'assistant' }, { role: 'tool', content: 'paid' }],
    outcome: 'failed',
  });
  expect(traceOf(error as object).events.at(-2)).toMatchObject({
    type: 'model-error',
    turn: 2,
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
});

function payer() {
  const pay = vi.fn<() => string>(() => 'paid');
  return { pay, agent: new Agent({ functions: [tool({ name: 'pay', execute: pay })] }) };
}
