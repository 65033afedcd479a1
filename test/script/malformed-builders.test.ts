import { expect, test } from 'vitest';
import { callTool, callTools, say, ScriptMistakeError, type CallStep } from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

/** The error of callTools for arguments that would not compile. */
function refusal(...calls: unknown[]): Error {
  const error = thrown(() => callTools(calls as [CallStep]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error;
}

test('options of an answer on a call inside callTools are refused', ({ expect }) => {
  expect(factsOf(refusal(callTool('a'), callTool('look_up', {}, { latencyMs: 5 })))).toEqual({
    error: 'ScriptMistakeError',
    call: 2,
    field: 'latencyMs',
  });
});

test('all misplaced options are named', ({ expect }) => {
  expect(
    refusal(callTool('look_up', {}, { say: 'Hm.', finishReason: 'stop' })).message,
  ).toMatchInlineSnapshot(
    `"Call 1 of callTools sets say, finishReason, which belongs to the whole answer. Pass it as the second argument of callTools."`,
  );
});

test('a step without calls inside callTools is refused', () => {
  expect(refusal(callTool('a'), say('hello')).message).toMatch(/^Call 2 of callTools/);
});

test('a bare call inside callTools is refused', () => {
  expect(refusal({ tool: 'look_up' }).message).toMatch(/^Call 1 of callTools/);
});

test('undefined inside callTools, as from a missing import, is refused', () => {
  expect(refusal(callTool('a'), undefined).message).toMatch(/^Call 2 of callTools/);
});

test('callTools of one call without a list is refused', () => {
  const error = thrown(() => callTools(callTool('a') as unknown as [CallStep]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
});
