import type { startMocking } from './start-mocking.ts';

/**
 * Loads `startMocking`, which needs the optional package msw. Rejects with the command that installs msw if it cannot
 * be loaded.
 */
export async function loadMocking(): Promise<{ startMocking: typeof startMocking }> {
  await import('msw').catch((cause: unknown) => {
    throw new Error(
      'The setup file "swarmcheck/msw/setup" needs the package "msw". Install it: npm install --save-dev msw',
      { cause },
    );
  });
  return await import('./start-mocking.ts');
}
