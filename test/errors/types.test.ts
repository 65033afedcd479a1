/** The types of the fields of errors: a wrong name does not compile. */
import { expectTypeOf, test } from 'vitest';
import type { InvalidCompletionError, UsageError } from 'swarmcheck';
import type { CheckFailedError, InvariantBrokenError, SavedFailureError } from 'swarmcheck/fast-check';
import type { BlockedRequestError } from 'swarmcheck/msw';
import type {
  EventLoopBlockedError,
  ScenarioTimeoutError,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
  Step,
} from 'swarmcheck/testing';

test('fields have the types that the classes declare', () => {
  expectTypeOf<ScriptExhaustedError['request']>().toEqualTypeOf<number>();
  expectTypeOf<ScriptExhaustedError['step']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ScriptNotFinishedError['remaining']>().toEqualTypeOf<number>();
  expectTypeOf<ScriptMistakeError['suggestion']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ScenarioTimeoutError['awaited']>().toEqualTypeOf<string>();
  expectTypeOf<EventLoopBlockedError['blockedMs']>().toEqualTypeOf<number>();
  expectTypeOf<BlockedRequestError['target']>().toEqualTypeOf<string>();
  expectTypeOf<InvalidCompletionError['received']>().toBeUnknown();
  expectTypeOf<InvariantBrokenError['seed']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<CheckFailedError['steps']>().toEqualTypeOf<readonly Step[]>();
  expectTypeOf<SavedFailureError['file']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<UsageError['known']>().toEqualTypeOf<readonly string[] | undefined>();
  expectTypeOf<UsageError>().toExtend<TypeError>();
});

test('a field that a class does not have does not compile', () => {
  // @ts-expect-error it is "request"
  expectTypeOf<ScriptExhaustedError['requests']>();
  // @ts-expect-error it is "suggestion"
  expectTypeOf<UsageError['didYouMean']>();
  // @ts-expect-error only the script knows how much is left
  expectTypeOf<ScriptExhaustedError['remaining']>();
});

test('a write to a field does not compile', () => {
  const write = (error: UsageError) => {
    // @ts-expect-error fields are read-only
    error.field = 'another';
  };
  expectTypeOf(write).parameter(0).toEqualTypeOf<UsageError>();
});
