import { countOf } from '../engine/values/count-of.ts';
import { showCall, showPattern } from '../scenario/match-trajectory.ts';
import { shorten } from '../engine/values/engine-errors.ts';
import type { ExpectedAnswer, ExpectedCall } from './cases.ts';
import type { Judgement } from './judge.ts';
import type { StopRule, StopVerdict } from './sequential-test.ts';

/** One answer of the model. */
export interface EvaluatedAnswer {
  /** The functions that the model called; empty if it only answered with text. */
  readonly called: ReadonlyArray<{ tool: string; args: unknown }>;
  /** Whether these calls are the expected ones, and the judge said yes. */
  readonly correct: boolean;
  /** What the judge said, if the case has one and the calls were the expected ones. */
  readonly judgement?: Judgement;
  /** The error that prevented an answer. A run with an error counts neither as right nor as wrong. */
  readonly error?: { readonly name: string; readonly message: string };
}

/** How a model did on one case. */
export interface EvaluatedCase {
  /** The name of the case, or what the user said last. */
  readonly name: string;
  /** As given. Absent for a case that only has a `judge`. */
  readonly expected?: ExpectedCall;
  /** The question for the judge, if the case has one. */
  readonly judge?: string;
  /** The share of right answers to this case, from 0 to 1; 0 without any answer. */
  readonly accuracy: number;
  /** The estimate of pass^k for this case, from 0 to 1. Absent without `passK`, or if errors left fewer answers. */
  readonly passK?: number;
  /** One for each run, in order. */
  readonly answers: readonly EvaluatedAnswer[];
}

/** The settings of an evaluation, with their defaults. */
export interface Settings {
  readonly runs: number;
  readonly threshold: number;
  readonly caseThreshold: number;
  readonly passK: number | undefined;
  readonly stopEarly: StopRule | undefined;
}

/** The mean of the estimates of pass^k over all cases. */
export interface PassK {
  /** How many runs of a case must all be right: the option `passK`. */
  readonly k: number;
  /** How likely it is that `k` runs of a case are all right, from 0 to 1; 0 if no case has `k` answers. */
  readonly share: number;
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
  /** How often each case was asked. With `stopEarly`, the number of runs until the verdict. */
  readonly runs: number;
  /** The share of right answers among the answers to all cases, from 0 to 1; 0 without any answer. */
  readonly accuracy: number;
  /** The `accuracy` that is needed to pass; `atLeast` of `stopEarly`. */
  readonly threshold: number;
  /** The accuracy that each case needs to pass. */
  readonly caseThreshold: number;
  /** pass^k, if the option `passK` was given. */
  declare readonly passK?: PassK;
  /** How the evaluation could stop early, if it could. */
  declare readonly stopEarly?: StopRule;
  /** The verdict, if the evaluation could stop early. `undecided` also if an error ended it. */
  declare readonly verdict?: StopVerdict;
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
    { runs, threshold, caseThreshold, passK, stopEarly, verdict }: Settings & { verdict?: StopVerdict },
  ) {
    this.agent = agent;
    this.runs = runs;
    this.cases = cases;
    this.accuracy = accuracyOf(cases.flatMap(({ answers }) => answers));
    this.threshold = threshold;
    this.caseThreshold = caseThreshold;
    if (passK !== undefined) this.passK = passKOf(cases, passK);
    if (stopEarly) this.stopEarly = stopEarly;
    if (verdict) this.verdict = verdict;
    this.failures = failuresOf(this);
    this.passed = this.failures.length === 0;
  }

  /** Throws an EvaluationFailedError that shows the table and the failures, if there are any. */
  assertPassed(): void {
    if (!this.passed) throw new EvaluationFailedError(this);
  }

  /** A line for the whole evaluation, and below it a line for each case. */
  toString(): string {
    const { agent, accuracy, threshold, runs, cases, passK, stopEarly, verdict } = this;
    const asked = `${countOf(cases.length, 'case')}, ${countOf(runs, 'run')} each`;
    const certain = stopEarly
      ? `: ${verdictWords(verdict)} at ${percent(stopEarly.confidence)} confidence`
      : '';
    const allRight = passK ? `; pass^${passK.k} is ${percent(passK.share)}` : '';
    const head = `${agent}: ${shares(accuracy, threshold)} (${asked}${certain})${allRight}`;
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
  /** pass^k, if the option `passK` was given. */
  declare readonly passK?: PassK;
  /** The verdict, if the evaluation could stop early. */
  declare readonly verdict?: StopVerdict;
  /** The accuracies below their threshold, and the cases that could not be answered. */
  readonly failures: readonly string[];

  /** @internal Made by `assertPassed`. */
  constructor(evaluation: Evaluation) {
    const { agent, accuracy, threshold, caseThreshold, passK, verdict, failures } = evaluation;
    super(['The evaluation did not pass.', String(evaluation), ...failures].join('\n\n'));
    this.agent = agent;
    this.accuracy = accuracy;
    this.threshold = threshold;
    this.caseThreshold = caseThreshold;
    if (passK) this.passK = passK;
    if (verdict) this.verdict = verdict;
    this.failures = failures;
  }
}

/** How many answers are right and wrong. Answers with an error do not count. */
export function countsOf(answers: readonly EvaluatedAnswer[]): { right: number; wrong: number } {
  const given = answers.filter(({ error }) => !error);
  const right = given.filter(({ correct }) => correct).length;
  return { right, wrong: given.length - right };
}

/** The share of right answers; 0 without any answer. */
export function accuracyOf(answers: readonly EvaluatedAnswer[]): number {
  const { right, wrong } = countsOf(answers);
  return right === 0 ? 0 : right / (right + wrong);
}

function passKOf(cases: readonly EvaluatedCase[], k: number): PassK {
  const estimates = cases.flatMap(({ passK }) => passK ?? []);
  const sum = estimates.reduce((total, one) => total + one, 0);
  return { k, share: estimates.length === 0 ? 0 : sum / estimates.length };
}

function verdictWords(verdict: StopVerdict | undefined): string {
  return verdict === 'too-few' ? 'too few' : (verdict ?? 'undecided');
}

function failuresOf(evaluation: Evaluation): string[] {
  const { accuracy, threshold, caseThreshold, cases } = evaluation;
  const failures = unanswered(cases);
  const wrong = cases.filter(({ answers }) => answers.some(({ correct, error }) => !correct && !error));
  const isAnswered = cases.some(({ answers }) => answers.some(({ error }) => !error));
  const hasErrors = failures.length > 0;
  const problem = evaluation.stopEarly
    ? verdictProblem(evaluation, hasErrors)
    : isAnswered && accuracy < threshold && `${shares(accuracy, threshold)}.`;
  if (problem)
    failures.push(
      [`${problem} Cases with wrong answers:`, ...wrong.map((one) => `  ${caseLine(one)}`)].join('\n'),
    );
  for (const one of wrong)
    if (one.accuracy < caseThreshold)
      failures.push(
        `${percent(one.accuracy)} of the answers to a case are right; the threshold for each case is ${percent(caseThreshold)}:\n  ${caseLine(one)}`,
      );
  return failures;
}

/** Why the verdict does not pass. An error ends the evaluation, and is a failure of its own. */
function verdictProblem(
  { accuracy, threshold, runs, stopEarly, verdict }: Evaluation,
  hasErrors: boolean,
): string | undefined {
  const confidence = percent(stopEarly?.confidence ?? 0);
  const after = `after ${countOf(runs, 'run')} of each case`;
  if (verdict === 'too-few')
    return `Too few: ${shares(accuracy, threshold)}. This is certain ${after}, at ${confidence} confidence.`;
  if (verdict === 'enough' || hasErrors) return undefined;
  return `Undecided: ${shares(accuracy, threshold)}. Neither "enough" nor "too few" is certain ${after}, at ${confidence} confidence. Raise maxRuns.`;
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

function caseLine({ name, expected, judge, answers, accuracy }: EvaluatedCase): string {
  const right = answers.filter(({ correct }) => correct).length;
  const mark = accuracy === 1 && answers.every(({ error }) => !error) ? '✓' : '✗';
  const wrong = answers.flatMap((answer) => (answer.correct ? [] : [answerText(answer)]));
  const counts = [...new Set(wrong)].map((text) => {
    const count = wrong.filter((other) => other === text).length;
    return count === 1 ? text : `${text} (${count} times)`;
  });
  const others = counts.length === 0 ? '' : `; got ${counts.join(', ')}`;
  return `${mark} ${right}/${answers.length} ${JSON.stringify(name)} → ${wantedText(expected, judge)}${others}`;
}

function answerText({ called, judgement, error }: EvaluatedAnswer): string {
  if (error) return `an error (${error.name})`;
  if (judgement) return `no, because ${JSON.stringify(shorten(judgement.reason, 200))}`;
  return called.length === 0 ? 'no call' : called.map(showCall).join(', ');
}

/** The right answer, in words for people. */
function wantedText(expected: ExpectedCall | undefined, judge: string | undefined): string {
  const call = expected === undefined ? [] : [expectedText(expected)];
  const question = judge === undefined ? [] : [`yes to ${JSON.stringify(judge)}`];
  return [...call, ...question].join(', and ');
}

/** The expected answers, in words for people. */
function expectedText(expected: ExpectedCall): string {
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
