import { stripVTControlCharacters } from 'node:util';
import { runScenario, type Scenario } from 'swarmcheck/testing';

/** The message of what is thrown, at once or by the promise that is returned; fails itself when nothing is. */
export async function messageOf(mistake: () => unknown): Promise<string> {
  return stripVTControlCharacters((await errorOf(mistake)).message);
}

/** The error itself. */
export async function errorOf(mistake: () => unknown): Promise<Error> {
  try {
    await mistake();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('The mistake passed in silence.');
}

/** What a scenario fails with; fails itself when it passes. */
export async function failureOf(scenario: Scenario): Promise<string> {
  const { failures } = await runScenario(scenario);
  if (failures.length === 0) throw new Error('The mistake passed in silence.');
  return failures.map(({ message }) => message).join('\n');
}
