import type { Parameters } from 'fast-check';

/**
 * Settings for a property of this library, unaffected by the user's `fc.configureGlobal`. With a global time limit,
 * the property would stop early and pass. Global examples are values for the user's own properties.
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
  // The type does not allow undefined, but only undefined overrides a global setting.
  return { ...(unset as unknown as Parameters<T>), ...settings };
}
