import { MissingPackageError } from '../engine/values/missing-package-error.ts';
import type { startMocking } from './start-mocking.ts';

/**
 * Loads `startMocking`, which needs the optional package msw. Rejects with the command that installs msw if it cannot
 * be loaded.
 */
export async function loadMocking(): Promise<{ startMocking: typeof startMocking }> {
  await import('msw').catch((cause: unknown) => {
    throw new MissingPackageError('The setup file "swarmcheck/msw/setup"', 'msw', {
      cause,
      isForTests: true,
    });
  });
  return await import('./start-mocking.ts');
}
