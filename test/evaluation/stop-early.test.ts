import { Agent, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  evaluate,
  EvaluationFailedError,
  say,
  scriptedProvider,
  type EvaluateOptions,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { passHat } from '../../src/evaluation/pass-k.ts';
import { verdictOf, type StopVerdict } from '../../src/evaluation/sequential-test.ts';
import { errorOf, messageOf } from '../support/failures.ts';

function mail() {
  return 'sent';
}
const desk = new Agent({ name: 'Desk', functions: [mail] });

/** A model that calls `mail` if its n-th request for the case is to be right. Also counts the requests. */
function model(isRight: (input: string, nth: number) => boolean) {
  const counts = new Map<string, number>();
  const provider: CompletionProvider = {
    ...scriptedProvider([]),
    complete(request) {
      const input = request.messages.at(-1)?.content as string;
      const nth = (counts.get(input) ?? 0) + 1;
      counts.set(input, nth);
      return scriptedProvider([isRight(input, nth) ? callTool('mail') : say('No.')]).complete(request);
    },
  };
  return { provider, counts };
}
const stopEarly = { atLeast: 0.9, confidence: 0.95, maxRuns: 50 };
const evaluating = (
  isRight: (input: string, nth: number) => boolean,
  options: EvaluateOptions = { stopEarly },
  inputs = ['a'],
) =>
  evaluate(
    desk,
    inputs.map((input) => ({ input, expected: 'mail' })),
    { provider: model(isRight).provider, ...options },
  );

test('an evaluation stops when it is certain that enough answers are right', async () => {
  const evaluation = await evaluating(() => true);
  expect(evaluation).toMatchObject({ verdict: 'enough', runs: 44, passed: true, threshold: 0.9, stopEarly });
  expect(String(evaluation)).toBe(
    'Desk: 100 % of the answers are right; the threshold is 90 % (1 case, 44 runs each: enough at 95 % confidence)\n' +
      '  ✓ 44/44 "a" → mail',
  );
});

test('an evaluation stops when it is certain that too few answers are right', async () => {
  const evaluation = await evaluating((_input, nth) => nth % 2 === 0);
  expect(evaluation).toMatchObject({ verdict: 'too-few', passed: false });
  expect(evaluation.runs).toBeLessThan(10);
  expect(evaluation.failures).toEqual([
    `Too few: ${Number((evaluation.accuracy * 100).toFixed(1))} % of the answers are right; the threshold is 90 %. This is certain after ${evaluation.runs} runs of each case, at 95 % confidence. Cases with wrong answers:\n` +
      String(evaluation).split('\n')[1],
  ]);
});

test('an evaluation is undecided if nothing is certain after all runs, and does not pass', async () => {
  const evaluation = await evaluating((_input, nth) => nth % 10 !== 0);
  expect(evaluation).toMatchObject({ verdict: 'undecided', runs: 50, accuracy: 0.9, passed: false });
  expect(evaluation.failures[0]).toMatch(
    /^Undecided: 90 % of the answers are right; the threshold is 90 %\. Neither "enough" nor "too few" is certain after 50 runs of each case, at 95 % confidence\. Raise maxRuns\. Cases/,
  );
  const error = await errorOf(() => evaluation.assertPassed());
  expect(error).toBeInstanceOf(EvaluationFailedError);
  expect(error).toMatchObject({ verdict: 'undecided', threshold: 0.9 });
});

test('the answers to all cases count together, after complete runs', async () => {
  const { provider, counts } = model(() => true);
  const cases = ['a', 'b', 'c'].map((input) => ({ input, expected: 'mail' }));
  const evaluation = await evaluate(desk, cases, { provider, stopEarly, concurrency: 2 });
  // 44 answers are enough, and the 15th run completes 45.
  expect([evaluation.runs, ...counts.values()]).toEqual([15, 15, 15, 15]);
});

test('an answer that does not come ends the evaluation without a verdict', async () => {
  const provider: CompletionProvider = {
    ...scriptedProvider([]),
    complete: () => Promise.reject(new Error('busy')),
  };
  const evaluation = await evaluate(desk, [{ input: 'a', expected: null }], { provider, stopEarly });
  expect(evaluation).toMatchObject({ verdict: 'undecided', runs: 1, passed: false });
  expect(evaluation.failures).toEqual(['"a" got no answer 1 of 1 times: Error: busy']);
});

test('confidence and maxRuns have defaults', async () => {
  const evaluation = await evaluating(() => true, { stopEarly: { atLeast: 0.9 } });
  expect(evaluation.stopEarly).toEqual(stopEarly);
});

/** The probabilities of both verdicts within `most` answers, each right with probability `share`. */
function chances(share: number, rule: typeof stopEarly, most: number): Record<StopVerdict, number> {
  const found = { enough: 0, 'too-few': 0, undecided: 0 };
  let open = new Map([[0, 1]]);
  for (let count = 1; count <= most; count++) {
    const next = new Map<number, number>();
    for (const [right, chance] of open) {
      next.set(right, (next.get(right) ?? 0) + chance * (1 - share));
      next.set(right + 1, (next.get(right + 1) ?? 0) + chance * share);
    }
    for (const [right, chance] of next) {
      const verdict = verdictOf({ right, wrong: count - right }, rule);
      if (verdict === 'undecided') continue;
      found[verdict] += chance;
      next.delete(right);
    }
    open = next;
  }
  found.undecided = [...open.values()].reduce((sum, chance) => sum + chance, 0);
  return found;
}

test.for([
  [0.5, 0.95],
  [0.8, 0.8],
  [0.9, 0.95],
  [0.99, 0.9],
])(
  'a wrong verdict is rare although the test is repeated after every answer: at least %d, %d',
  ([atLeast, confidence]) => {
    const rule = { atLeast: atLeast!, confidence: confidence!, maxRuns: 1 };
    // At the share itself both errors are likeliest; "enough" is right there, but would be wrong just below.
    const { enough, 'too-few': tooFew } = chances(atLeast!, rule, 400);
    expect(enough).toBeLessThanOrEqual(1 - confidence!);
    expect(tooFew).toBeLessThanOrEqual(1 - confidence!);
    expect(enough + tooFew).toBeGreaterThan(0);
  },
);

test('a wrong verdict is as rare if cases differ, and each run answers all of them', () => {
  // One case is always right, and the other half of the time: together they are right as often as asked.
  const rule = { atLeast: 0.75, confidence: 0.9 };
  let open = new Map([[0, 1]]);
  let wrongly = 0;
  for (let runs = 1; runs <= 200; runs++) {
    const next = new Map<number, number>();
    for (const [right, chance] of open)
      for (const more of [1, 2]) next.set(right + more, (next.get(right + more) ?? 0) + chance / 2);
    for (const [right, chance] of next) {
      if (verdictOf({ right, wrong: 2 * runs - right }, rule) === 'undecided') continue;
      wrongly += chance;
      next.delete(right);
    }
    open = next;
  }
  expect(wrongly).toBeLessThanOrEqual(0.1);
});

test('a model that is much better or much worse gets its verdict within 50 answers', () => {
  expect(chances(0.99, stopEarly, 50).enough).toBeGreaterThan(0.6);
  expect(chances(0.6, stopEarly, 50)['too-few']).toBeGreaterThan(0.95);
});

test('many answers do not exceed the range of numbers', () => {
  const rule = { atLeast: 0.9, confidence: 0.95 };
  expect(verdictOf({ right: 90_000, wrong: 10_000 }, rule)).toBe('undecided');
  expect(verdictOf({ right: 95_000, wrong: 5000 }, rule)).toBe('enough');
  expect(verdictOf({ right: 85_000, wrong: 15_000 }, rule)).toBe('too-few');
});

test('pass^k is the share of the choices of k runs that are all right', () => {
  for (let runs = 1; runs <= 6; runs++)
    for (let right = 0; right <= runs; right++)
      for (let k = 1; k <= runs; k++) {
        const chosen = Array.from({ length: 2 ** runs }, (_none, set) =>
          Array.from({ length: runs }, (_item, bit) => bit).filter((bit) => set & (1 << bit)),
        ).filter(({ length }) => length === k);
        const good = chosen.filter((choice) => choice.every((bit) => bit < right));
        expect(passHat(right, runs, k)).toBeCloseTo(good.length / chosen.length, 12);
      }
});

test('an evaluation reports pass^k, averaged over its cases', async () => {
  const evaluation = await evaluating((input, nth) => input === 'a' || nth !== 4, { runs: 4, passK: 3 }, [
    'a',
    'b',
  ]);
  expect(evaluation.passK).toEqual({ k: 3, share: 0.625 });
  expect(evaluation.cases.map(({ passK }) => passK)).toEqual([1, 0.25]);
  expect(String(evaluation)).toContain('(2 cases, 4 runs each); pass^3 is 62.5 %\n');
  expect(await errorOf(() => evaluation.assertPassed())).toMatchObject({ passK: { k: 3, share: 0.625 } });
});

test('a case with too few answers is left out of pass^k', async () => {
  const evaluation = await evaluating(
    (input) => {
      if (input === 'b') throw new Error('busy');
      return true;
    },
    { runs: 2, passK: 2 },
    ['a', 'b'],
  );
  expect(evaluation.passK).toEqual({ k: 2, share: 1 });
  expect(evaluation.passed).toBe(false);
});

const optionMistakes: [what: string, options: object, facts: object][] = [
  ['more than the runs', { runs: 2, passK: 3 }, { field: 'passK', given: 'the number 3' }],
  ['no number', { passK: 0 }, { field: 'passK', expected: 'a whole number above 0' }],
  ['no share', { stopEarly: { maxRuns: 3 } }, { field: 'stopEarly.atLeast' }],
  ['all', { stopEarly: { atLeast: 1 } }, { field: 'atLeast', expected: 'a number above 0 and below 1' }],
  ['a percentage', { stopEarly: { atLeast: 0.9, confidence: 95 } }, { field: 'confidence' }],
  ['no runs', { stopEarly: { atLeast: 0.9, maxRuns: 0 } }, { field: 'maxRuns' }],
  ['a misspelt field', { stopEarly: { atleast: 0.9 } }, { field: 'atleast', suggestion: 'atLeast' }],
  ['no object', { stopEarly: 0.9 }, { field: 'stopEarly' }],
  ['runs', { stopEarly, runs: 3 }, { where: 'evaluate', field: 'runs' }],
  ['a threshold', { stopEarly, threshold: 1 }, { where: 'evaluate', field: 'threshold' }],
  ['pass^k', { stopEarly, passK: 1 }, { where: 'evaluate', field: 'passK' }],
];
test.for(optionMistakes)('options that cannot be used are a TypeError: %s', async ([, options, facts]) => {
  const error = await errorOf(() => evaluating(() => true, options));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject(facts);
});

test('the messages for options that exclude each other', async () => {
  const told = (options: object) => messageOf(() => evaluating(() => true, options));
  expect(await told({ runs: 2, passK: 3 })).toBe(
    'The passK of evaluate must be at most the number of runs, 2, but is the number 3. Write { runs: 3 }, or more.',
  );
  expect(await told({ stopEarly, passK: 3 })).toBe(
    'evaluate takes either passK or stopEarly. pass^k needs a number of runs that does not depend on the answers.',
  );
});
