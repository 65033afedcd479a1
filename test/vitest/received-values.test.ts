import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { playDesk, runDesk, triage } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';

const assertions: [name: string, assert: (received: unknown) => void][] = [
  ['toHaveCalledTool', (received) => expect(received).toHaveCalledTool('look_up')],
  ['toHaveToolCalls', (received) => expect(received).toHaveToolCalls([])],
  ['toHaveToolResult', (received) => expect(received).toHaveToolResult('look_up', 'x')],
  ['toHaveHandoffOrder', (received) => expect(received).toHaveHandoffOrder([])],
  ['toHaveRecoveredFrom', (received) => expect(received).toHaveRecoveredFrom({})],
  ['toHaveStoppedBecause', (received) => expect(received).toHaveStoppedBecause('completed')],
  ['toBeInterrupted', (received) => expect(received).toBeInterrupted()],
  ['toHaveContextVariables', (received) => expect(received).toHaveContextVariables({})],
  ['toHaveSeen', (received) => expect(received).toHaveSeen({ agent: 'Desk' })],
  ['toHaveNoToolErrors', (received) => expect(received).toHaveNoToolErrors()],
  ['not.toHaveNoToolErrors', (received) => expect(received).not.toHaveNoToolErrors()],
  ['not.toHaveCalledTool', (received) => expect(received).not.toHaveCalledTool('look_up')],
  ['not.toHaveToolCalls', (received) => expect(received).not.toHaveToolCalls([])],
  ['not.toHaveToolResult', (received) => expect(received).not.toHaveToolResult('look_up', 'x')],
  ['not.toHaveHandoffOrder', (received) => expect(received).not.toHaveHandoffOrder([])],
  ['not.toHaveRecoveredFrom', (received) => expect(received).not.toHaveRecoveredFrom({})],
  ['not.toHaveStoppedBecause', (received) => expect(received).not.toHaveStoppedBecause('completed')],
  ['not.toBeInterrupted', (received) => expect(received).not.toBeInterrupted()],
  ['not.toHaveContextVariables', (received) => expect(received).not.toHaveContextVariables({})],
  ['not.toHaveSeen', (received) => expect(received).not.toHaveSeen({ agent: 'Desk' })],
];

test.for(assertions)('%s fails for any value without a trace', async ([, assert]) => {
  const copy = { ...(await runDesk()) };
  for (const received of [
    undefined,
    null,
    7,
    'completed',
    {},
    [],
    () => {},
    new Error('x'),
    copy,
    triage,
    Promise.resolve(),
  ]) {
    expect(() => assert(received)).toThrow(TypeError);
  }
});

const unawaited = { error: 'UsageError', given: 'a Promise' };

test.for(assertions)('%s names the promise whose await is missing', async ([, assert]) => {
  expect(await factsOfMistake(() => assert(playDesk()))).toEqual(unawaited);
});

test.for(assertions)('%s is named in its error', async ([name, assert]) => {
  expect(await factsOfMistake(() => assert(7), 'where')).toMatchObject({ where: name.replace('not.', '') });
});

test('toHaveSameTraceAs fails for a promise on either side', async () => {
  const run = await playDesk();
  expect(await factsOfMistake(() => expect(playDesk()).toHaveSameTraceAs(run))).toEqual(unawaited);
  const promise = playDesk() as unknown as typeof run;
  expect(await factsOfMistake(() => expect(run).toHaveSameTraceAs(promise))).toEqual(unawaited);
});

const { messages } = await runDesk();
const values: Record<string, [value: unknown, given: string]> = {
  'a promise': [playDesk(), 'a Promise'],
  'an agent': [triage, 'an Agent'],
  undefined: [undefined, 'undefined'],
  'a list of messages': [messages, 'an array of 8 items'],
  'a function': [playDesk, 'the function playDesk'],
  'a bigint': [1n, 'the bigint 1'],
};

test.for(Object.entries(values))('%s', async ([, [value, given]]) => {
  expect(await factsOfMistake(() => expect(value).toHaveStoppedBecause('completed'))).toEqual({
    error: 'UsageError',
    given,
  });
});

test('with resolves, a matcher gets the value of the promise', async () => {
  await expect(playDesk()).resolves.toHaveHandoffOrder(['Triage', 'Refunds']);
});

test('with rejects, a matcher gets the error of a run', async () => {
  const failing = (await playDesk({ steps: [{ fault: { kind: 'reset' } }] })).error as Error;
  await expect(Promise.reject(failing)).rejects.toHaveStoppedBecause('failed');
});
