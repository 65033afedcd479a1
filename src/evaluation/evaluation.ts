import { countOf } from '../engine/values/count-of.ts';
import { showCall, showPattern } from '../scenario/match-trajectory.ts';
import type { ExpectedAnswer, ExpectedCall, ReadCase } from './cases.ts';

/** One answer of the model. */
export interface EvaluatedAnswer {
  /** The functions that the model called; empty if it only answered with text. */
  readonly called: ReadonlyArray<{ tool: string; args: unknown }>;
  /** Whether these calls are the expected ones. */
  readonly correct: boolean;
  /** The error that prevented an answer. A run with an error counts neither as right nor as wrong. */
  readonly error?: { readonly name: string; readonly message: string };
}

/** How a model did on one case. */
export interface EvaluatedCase {
  /** The name of the case, or what the user said last. */
  readonly name: string;
  /** As given. */
  readonly expected: ExpectedCall;
  /** The share of right answers to this case, from 0 to 1; 0 without any answer. */
  readonly accuracy: number;
  /** One for each run, in order. */
  readonly answers: readonly EvaluatedAnswer[];
}

/**
 * How often a model called the right function. Plain data, except for its methods; `String(evaluation)` is a table
 * for people.
 */
export class Evaluation {
  /** The version of this format. */
  readonly version = 1;
  /** The name of the agent. */
  readonly agent: string;
  /** How often each case was asked. */
  readonly runs: number;
  /** The share of right answers among the answers to all cases, from 0 to 1; 0 without any answer. */
  readonly accuracy: number;
  /** The `accuracy` that is needed to pass. */
  readonly threshold: number;
  /** The accuracy that each case needs to pass. */
  readonly caseThreshold: number;
  /** Whether `failures` is empty. */
  readonly passed: boolean;
  /** The accuracies below their threshold, and the cases that could not be answered. */
  readonly failures: readonly string[];
  /** In the given order. */
  readonly cases: readonly EvaluatedCase[];

  /** @internal */
  constructor(
    agent: string,
    cases: readonly EvaluatedCase[],
    { runs, threshold, caseThreshold }: { runs: number; threshold: number; caseThreshold: number },
  ) {
    this.agent = agent;
    this.runs = runs;
    this.cases = cases;
    this.accuracy = accuracyOf(cases.flatMap(({ answers }) => answers));
    this.threshold = threshold;
    this.caseThreshold = caseThreshold;
    this.failures = failuresOf(this);
    this.passed = this.failures.length === 0;
  }

  /** Throws an EvaluationFailedError that shows the table and the failures, if there are any. */
  assertPassed(): void {
    if (!this.passed) throw new EvaluationFailedError(this);
  }

  /** A line for the whole evaluation, and below it a line for each case. */
  toString(): string {
    const { agent, accuracy, threshold, runs, cases } = this;
    const asked = `${countOf(cases.length, 'case')}, ${countOf(runs, 'run')} each`;
    const head = `${agent}: ${shares(accuracy, threshold)} (${asked})`;
    return [head, ...cases.map((one) => `  ${caseLine(one)}`)].join('\n');
  }
}

/** Thrown by `assertPassed` if an evaluation did not pass. */
export class EvaluationFailedError extends Error {
  override readonly name = 'EvaluationFailedError';
  /** The name of the agent. */
  readonly agent: string;
  /** The share of right answers among the answers to all cases, from 0 to 1; 0 without any answer. */
  readonly accuracy: number;
  /** The `accuracy` that is needed to pass. */
  readonly threshold: number;
  /** The accuracy that each case needs to pass. */
  readonly caseThreshold: number;
  /** The accuracies below their threshold, and the cases that could not be answered. */
  readonly failures: readonly string[];

  /** @internal Made by `assertPassed`. */
  constructor(evaluation: Evaluation) {
    const { agent, accuracy, threshold, caseThreshold, failures } = evaluation;
    super(['The evaluation did not pass.', String(evaluation), ...failures].join('\n\n'));
    this.agent = agent;
    this.accuracy = accuracy;
    this.threshold = threshold;
    this.caseThreshold = caseThreshold;
    this.failures = failures;
  }
}

/** The share of right answers. Answers with an error do not count. */
export function accuracyOf(answers: readonly EvaluatedAnswer[]): number {
  const given = answers.filter(({ error }) => !error);
  return given.length === 0 ? 0 : given.filter(({ correct }) => correct).length / given.length;
}

function failuresOf({ accuracy, threshold, caseThreshold, cases }: Evaluation): string[] {
  const failures = unanswered(cases);
  const wrong = cases.filter(({ answers }) => answers.some(({ correct, error }) => !correct && !error));
  const isAnswered = cases.some(({ answers }) => answers.some(({ error }) => !error));
  if (isAnswered && accuracy < threshold)
    failures.push(
      [
        `${shares(accuracy, threshold)}. Cases with wrong answers:`,
        ...wrong.map((one) => `  ${caseLine(one)}`),
      ].join('\n'),
    );
  for (const one of wrong)
    if (one.accuracy < caseThreshold)
      failures.push(
        `${percent(one.accuracy)} of the answers to a case are right; the threshold for each case is ${percent(caseThreshold)}:\n  ${caseLine(one)}`,
      );
  return failures;
}

/**
 * Shows the first error of each kind in full, and only names the other cases: a drifted recording or a busy model
 * affects most of them.
 */
function unanswered(cases: readonly EvaluatedCase[]): string[] {
  const byName = new Map<string, { text: string; others: string[] }>();
  for (const { name, answers } of cases) {
    const errors = answers.flatMap(({ error }) => error ?? []);
    const [first] = errors;
    if (!first) continue;
    const known = byName.get(first.name);
    const times = `${errors.length} of ${answers.length} times`;
    if (known) known.others.push(`${JSON.stringify(name)} (${times})`);
    else {
      const text = `${JSON.stringify(name)} got no answer ${times}: ${first.name}: ${first.message}`;
      byName.set(first.name, { text, others: [] });
    }
  }
  return [...byName].map(([error, { text, others }]) =>
    others.length === 0 ? text : `${text}\nOther cases with ${error}: ${others.join(', ')}`,
  );
}

function caseLine({ name, expected, answers, accuracy }: EvaluatedCase): string {
  const right = answers.filter(({ correct }) => correct).length;
  const mark = accuracy === 1 && answers.every(({ error }) => !error) ? '✓' : '✗';
  const wrong = answers.flatMap((answer) => (answer.correct ? [] : [answerText(answer)]));
  const counts = [...new Set(wrong)].map((text) => {
    const count = wrong.filter((other) => other === text).length;
    return count === 1 ? text : `${text} (${count} times)`;
  });
  const others = counts.length === 0 ? '' : `; got ${counts.join(', ')}`;
  return `${mark} ${right}/${answers.length} ${JSON.stringify(name)} → ${expectedText(expected)}${others}`;
}

function answerText({ called, error }: EvaluatedAnswer): string {
  if (error) return `an error (${error.name})`;
  return called.length === 0 ? 'no call' : called.map(showCall).join(', ');
}

/** The expected answers, in words for people. */
function expectedText(expected: ReadCase['expected']): string {
  if (typeof expected === 'object' && expected !== null && 'oneOf' in expected)
    return expected.oneOf.map(expectedAnswerText).join(' or ');
  return expectedAnswerText(expected);
}

function expectedAnswerText(answer: ExpectedAnswer): string {
  const patterns = answer === null ? [] : [answer].flat();
  return patterns.map(showPattern).join(' and ') || 'no call';
}

function shares(accuracy: number, wanted: number): string {
  // As many digits as are needed to tell the accuracy from the threshold.
  const digits = [1, 3, 6].find((count) => percent(accuracy, count) !== percent(wanted, count)) ?? 1;
  return `${percent(accuracy, digits)} of the answers are right; the threshold is ${percent(wanted, digits)}`;
}

function percent(share: number, digits = 1): string {
  return `${Number((share * 100).toFixed(digits))} %`;
}
