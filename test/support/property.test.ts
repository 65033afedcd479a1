import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { assertProperty, counterexampleOf } from './property.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

const small = (seen: number[]) =>
  fc.property(fc.nat(), (value) => {
    seen.push(value);
    return value < 1000;
  });

/** The error that the helper throws. */
async function failureOf(run: () => void | Promise<void>): Promise<Error> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('The property holds.');
}

test('a failure ends with its seed, its path, and the command: "it\'s" $here', async () => {
  const { message } = await failureOf(() => assertProperty(small([]), { seed: 4 }));
  const [seed, path] = [/seed: (-?\d+)/.exec(message)?.[1], /path: "([\d:]+)"/.exec(message)?.[1]];
  expect(message.split('\n').slice(-2)).toEqual([
    `Seed ${seed}, path ${path}. Play it again:`,
    `  SWARMCHECK_SEED=4 SWARMCHECK_PATH=${path} npx vitest run test/support/property.test.ts -t '^a failure ends with its seed, its path, and the command. .it.s. .here$'`,
  ]);
});

describe('in a suite', () => {
  test('the title in the command is a pattern that finds the test, and no other', async () => {
    const { message } = await failureOf(() => assertProperty(small([]), { seed: 4 }));
    const pattern = new RegExp(/ -t '(.*)'$/.exec(message)![1]!);
    const own = 'the title in the command is a pattern that finds the test, and no other';
    // As vitest 4 and as vitest 5 join the titles.
    expect(`in a suite ${own}`).toMatch(pattern);
    expect(`in a suite > ${own}`).toMatch(pattern);
    expect(`in a suite > ${own} one`).not.toMatch(pattern);
  });
});

test('an asynchronous property that fails is reported in the same way, with its cause', async () => {
  const cause = new Error('too much');
  const rejects = fc.asyncProperty(fc.nat(), async (value) => {
    await Promise.resolve();
    if (value >= 1000) throw cause;
  });
  const failure = await failureOf(() => assertProperty(rejects, { seed: 4 }));
  expect(failure.message).toMatch(/SWARMCHECK_SEED=4 SWARMCHECK_PATH=[\d:]+ npx vitest run /);
  expect(failure.cause).toBe(cause);
});

test('the seed and path of the environment play the smallest case only', async () => {
  const { message } = await failureOf(() => assertProperty(small([]), { seed: 4 }));
  vi.stubEnv('SWARMCHECK_SEED', '4');
  vi.stubEnv('SWARMCHECK_PATH', / SWARMCHECK_PATH=([\d:]+)/.exec(message)?.[1]);
  const seen: number[] = [];
  await failureOf(() => assertProperty(small(seen), { seed: 5 }));
  expect(seen).toEqual([1000]);
});

test('examples are played first, and a failure among them can be played again', async () => {
  const settings = { seed: 4, examples: [[1], [5000]] as [number][] };
  expect(counterexampleOf(small([]), settings)).toEqual([1000]);
  const { message } = await failureOf(() => assertProperty(small([]), settings));
  vi.stubEnv('SWARMCHECK_SEED', '4');
  vi.stubEnv('SWARMCHECK_PATH', / SWARMCHECK_PATH=([\d:]+)/.exec(message)?.[1]);
  const seen: number[] = [];
  await failureOf(() => assertProperty(small(seen), settings));
  expect(seen).toEqual([1000]);
});

test('a seed without a path plays all its cases', () => {
  const [one, other]: number[][] = [[], []];
  assertProperty(
    fc.property(fc.nat(), (value) => void one!.push(value)),
    { seed: 6, numRuns: 20 },
  );
  vi.stubEnv('SWARMCHECK_SEED', '6');
  assertProperty(
    fc.property(fc.nat(), (value) => void other!.push(value)),
    { seed: 7, numRuns: 20 },
  );
  expect(other).toEqual(one);
});

test('a thorough run plays ten times as many cases, with other seeds', async () => {
  const cases = async (thorough: string) => {
    vi.stubEnv('SWARMCHECK_THOROUGH', thorough);
    vi.resetModules();
    const helper = await import('./property.ts');
    const seen: number[] = [];
    helper.assertProperty(
      fc.property(fc.nat(), (value) => void seen.push(value)),
      { seed: 6, numRuns: 20 },
    );
    return { seen, seeds: helper.seeds(1, 3) };
  };
  const [ordinary, thorough] = [await cases(''), await cases('1')];
  expect([ordinary.seen.length, thorough.seen.length]).toEqual([20, 200]);
  expect(thorough.seen.slice(0, 20)).not.toEqual(ordinary.seen);
  expect([ordinary.seeds.length, thorough.seeds.length]).toEqual([3, 30]);
  expect(thorough.seeds.filter((seed) => ordinary.seeds.includes(seed))).toEqual([]);
});
