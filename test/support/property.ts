/**
 * Runs the properties of tests, with seeds that `npm run test:thorough` can change. A failure says how to play it
 * again.
 */
import { relative } from 'node:path';
import { env } from 'node:process';
import fc, { type IAsyncProperty, type IProperty, type RunDetails } from 'fast-check';
import { expect } from 'vitest';

/** The factor by which `npm run test:thorough` multiplies the number of cases. */
export const thoroughness = env['SWARMCHECK_THOROUGH'] === '1' ? 10 : 1;

/** Far from every seed in a test, so that a thorough run plays no case of an ordinary run. */
const shift = thoroughness === 1 ? 0 : 1_000_000;

/** Consecutive seeds, for a test that makes one search with each. A thorough run has more of them. */
export function seeds(first: number, count: number): number[] {
  return Array.from({ length: count * thoroughness }, (_none, index) => first + shift + index);
}

/** The settings of a property in a test. */
interface PropertySettings<Ts> {
  seed: number;
  numRuns?: number;
  examples?: Ts[];
}

/** The parameters for fast-check: these settings, as the environment changes them. */
export function parameters<Ts>({ seed, numRuns = 100, examples = [] }: PropertySettings<Ts>) {
  const given = env['SWARMCHECK_SEED'];
  const path = env['SWARMCHECK_PATH'];
  if (given !== undefined && path !== undefined)
    return { seed: Number(given), path, examples, numRuns: 1, endOnFailure: true };
  const seedOfRun = given === undefined ? seed + shift : Number(given);
  return { seed: seedOfRun, numRuns: numRuns * thoroughness, examples };
}

/** Throws if the property fails. The message ends with the command that plays the smallest case again. */
export function assertProperty<Ts>(
  property: IAsyncProperty<Ts>,
  settings: PropertySettings<Ts>,
): Promise<void>;
export function assertProperty<Ts>(property: IProperty<Ts>, settings: PropertySettings<Ts>): void;
export function assertProperty<Ts>(
  property: IAsyncProperty<Ts> | IProperty<Ts>,
  settings: PropertySettings<Ts>,
): Promise<void> | void {
  const details = check(property, settings);
  return details instanceof Promise ? details.then(throwIfFailed) : throwIfFailed(details);
}

/** The smallest case that breaks the property, or undefined if none does. */
export function counterexampleOf<Ts>(
  property: IAsyncProperty<Ts>,
  settings: PropertySettings<Ts>,
): Promise<Ts | undefined>;
export function counterexampleOf<Ts>(property: IProperty<Ts>, settings: PropertySettings<Ts>): Ts | undefined;
export function counterexampleOf<Ts>(
  property: IAsyncProperty<Ts> | IProperty<Ts>,
  settings: PropertySettings<Ts>,
): Promise<Ts | undefined> | Ts | undefined {
  const details = check(property, settings);
  return details instanceof Promise
    ? details.then(({ counterexample }) => counterexample ?? undefined)
    : (details.counterexample ?? undefined);
}

function check<Ts>(
  property: IAsyncProperty<Ts> | IProperty<Ts>,
  settings: PropertySettings<Ts>,
): Promise<RunDetails<Ts>> | RunDetails<Ts> {
  const given = parameters(settings);
  return property.isAsync() ? fc.check(property, given) : fc.check(property, given);
}

function throwIfFailed<Ts>(details: RunDetails<Ts>): void {
  if (!details.failed) return;
  const message = `${fc.defaultReportMessage(details)}\n\n${howToPlayAgain(details)}`;
  throw new Error(message, { cause: details.errorInstance });
}

function howToPlayAgain<Ts>({ seed, counterexamplePath: path }: RunDetails<Ts>): string {
  const { testPath, currentTestName } = expect.getState();
  const file = testPath === undefined ? '' : ` ${relative(process.cwd(), testPath).replaceAll('\\', '/')}`;
  // Hides characters that are special in a shell or a regular expression. Vitest 4 joins titles by a space, and
  // Vitest 5 by " > ".
  const pattern = currentTestName
    ?.split(' > ')
    .map((one) => one.replaceAll(/[^\p{L}\p{N} ,-]/gu, '.'))
    .join('( >)? ');
  const title = pattern === undefined ? '' : ` -t '^${pattern}$'`;
  const where = path === null ? '' : ` SWARMCHECK_PATH=${path}`;
  return `Seed ${seed}, path ${path ?? 'unknown'}. Play it again:\n  SWARMCHECK_SEED=${seed}${where} npx vitest run${file}${title}`;
}
