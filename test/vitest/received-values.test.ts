import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { playDesk, runDesk, triage } from './desk.ts';
import { failureOf } from '../support/failures.ts';

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

test.for(assertions)('%s asks for the missing await', ([, assert]) => {
  expect(failureOf(() => assert(playDesk()))).toMatch('Is an "await" missing?');
});

test('toHaveSameTraceAs fails for a promise on either side, and asks for the missing await', async () => {
  const run = await playDesk();
  expect(failureOf(() => expect(playDesk()).toHaveSameTraceAs(run))).toMatch('Is an "await" missing?');
  expect(failureOf(() => expect(run).toHaveSameTraceAs(playDesk() as unknown as typeof run))).toMatch(
    'Is an "await" missing?',
  );
});

test('the error for a promise asks for the missing await', ({ expect }) => {
  expect(failureOf(() => expect(playDesk()).toHaveStoppedBecause('completed'))).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Promise. Is an "await" missing?"`,
  );
});

test('the error for an agent says that it has to be run first', ({ expect }) => {
  expect(failureOf(() => expect(triage).toHaveStoppedBecause('completed'))).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an Agent. Run the agent first, and pass the response."`,
  );
});

test('the error for undefined names it', ({ expect }) => {
  expect(failureOf(() => expect(undefined).toHaveStoppedBecause('completed'))).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given undefined."`,
  );
});

test('the error for a list of messages says how many there are', async () => {
  const { messages } = await runDesk();
  expect(failureOf(() => expect(messages).toHaveStoppedBecause('completed'))).toMatch(
    'was given an array of 8 items',
  );
});

test('the error for a function says that it is one', () => {
  expect(failureOf(() => expect(playDesk).toHaveStoppedBecause('completed'))).toMatch(
    /was given (a|the) function(?! undefined)/,
  );
});

test('the error for a bigint can be printed', () => {
  expect(failureOf(() => expect(1n).toHaveStoppedBecause('completed'))).toMatch('This matcher takes');
});

test('with resolves, a matcher gets the value of the promise', async () => {
  await expect(playDesk()).resolves.toHaveHandoffOrder(['Triage', 'Refunds']);
});

test('with rejects, a matcher gets the error of a run', async () => {
  const failing = (await playDesk({ steps: [{ fault: { kind: 'reset' } }] })).error as Error;
  await expect(Promise.reject(failing)).rejects.toHaveStoppedBecause('failed');
});
