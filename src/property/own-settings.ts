import type { Parameters } from 'fast-check';

/**
 * Settings of a property of ours, which takes nothing from `fc.configureGlobal` of a user: a time-out would end it as if all
 * were well, and examples are none of its values.
 */
export function ownSettings<T>(settings: Parameters<T>): Parameters<T> {
  const unset = {
    timeout: undefined,
    skipAllAfterTimeLimit: undefined,
    interruptAfterTimeLimit: undefined,
    path: undefined,
    reporter: undefined,
    asyncReporter: undefined,
    examples: [],
    markInterruptAsFailure: false,
    skipEqualValues: false,
    ignoreEqualValues: false,
    endOnFailure: false,
  };
  // Typed as if it could not be undefined, which takes the place of what is global.
  return { ...(unset as unknown as Parameters<T>), ...settings };
}
