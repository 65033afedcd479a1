import fc from 'fast-check';
import { engineCases, type EngineCase } from '../engines.ts';

export const runs = 1000;

/** What a law says of so many cases: nothing, if it holds. */
export async function broken(
  seed: number,
  law: (one: EngineCase) => Promise<void>,
): Promise<string | undefined> {
  const checked = await fc.check(fc.asyncProperty(engineCases(), law), { seed, numRuns: runs });
  return checked.failed ? fc.defaultReportMessage(checked) : undefined;
}
