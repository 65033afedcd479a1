import { LaneSecrets } from '../secrets/lane-secrets.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { shorten, UsageError } from '../engine/values/engine-errors.ts';
import { assertValidMessages, type Message } from '../engine/model/messages.ts';
import { assertValidContextVariables } from '../engine/run/context.ts';
import {
  assertValidFields,
  isText,
  isTool,
  mustBe,
  wordsOf,
  type Rule,
  type Rules,
} from '../scenario/rules.ts';
import { textOf } from '../trace/format.ts';
import { readTrajectory, type ToolCallPattern, type Trajectory } from '../scenario/trajectory.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { questionRule } from './judge.ts';

/**
 * What the model should call in its next answer: one function; several, in any order and nothing else; or `null` for
 * none. Use `{ oneOf: […] }` if several answers are right.
 */
export type ExpectedCall = ExpectedAnswer | { oneOf: readonly ExpectedAnswer[] };

/** One right answer: one call, several calls, or `null` for no call. */
export type ExpectedAnswer = ToolCallPattern | readonly ToolCallPattern[] | null;

/** A conversation, and the function that the model should call next, or a question about its answer. */
export interface EvaluationCase {
  /**
   * Names the case in reports and recordings, and must be unique. Default: what the user said last, shortened and
   * without its secrets.
   */
  name?: string | undefined;
  /** What the user says, or the whole conversation so far. */
  input: string | readonly Message[];
  /** What the model should call. Default, for a case with `judge`: anything. */
  expected?: ExpectedCall | undefined;
  /**
   * A yes/no question about the conversation, which ends with the model's answer. The answer is right if the judge
   * says yes. The judge is asked only if the calls are as expected.
   */
  judge?: string | undefined;
  /** The context variables of the run, instead of the default ones in the options. */
  contextVariables?: object | undefined;
}

/** A case after validation, with its defaults. */
export interface ReadCase {
  readonly name: string;
  readonly messages: readonly Message[];
  readonly contextVariables: object | undefined;
  /** As given, for reports. */
  readonly expected: ExpectedCall | undefined;
  /** The right answers; one of them must match. Undefined if any answer is right. */
  readonly answers: readonly Trajectory[] | undefined;
  /** The question for the judge. */
  readonly judge: string | undefined;
}

const inputRule: Rule = [
  'what the user says, or a list of messages',
  (value) => (isText(value) && value !== '') || (Array.isArray(value) && value.length > 0),
];

const caseRules: Rules<keyof EvaluationCase> = {
  name: ['a string', isText],
  input: inputRule,
  // `trajectoryOf` validates the value, which may have several forms.
  expected: ['a call', () => true],
  judge: questionRule,
  contextVariables: ['an object', () => true],
};

/** Validates the cases. Throws a TypeError for an invalid case, and for two cases with the same name. */
export function readCases(cases: unknown): readonly ReadCase[] {
  if (!Array.isArray(cases)) throw mustBe('The cases of evaluate', ['a list', Array.isArray], cases);
  if (cases.length === 0)
    throw new UsageError(
      sentence`${{ where: 'evaluate' }} was given no ${{ field: 'cases' }}. Write at least one.`,
    );
  const read = cases.map((one: unknown, index) => readCase(one, `Case ${index + 1} of evaluate`));
  const places = new Map<string, number>();
  for (const [index, { name }] of read.entries()) {
    const other = places.get(name);
    if (other !== undefined)
      throw new UsageError(
        sentence`Cases ${other + 1} and ${fact({ field: `cases[${index}].name` }, `${index + 1}`)} of ${{ where: 'evaluate' }} have the same name, ${fact({ given: name }, JSON.stringify(name))}. Give each case its own name: { name: "…" }.`,
      );
    places.set(name, index);
  }
  return read;
}

function readCase(given: unknown, which: string): ReadCase {
  if (!isPlainObject(given))
    throw mustBe(which, ['an object such as { input: "…", expected: "…" }', isPlainObject], given);
  assertValidFields(given, caseRules, which);
  const { name, input, expected, judge, contextVariables } = given as Partial<EvaluationCase>;
  if (input === undefined)
    throw new UsageError(
      sentence`${{ where: which }} has no "${{ field: 'input' }}". Write what the user says.`,
    );
  if (expected === undefined && judge === undefined)
    throw new UsageError(
      sentence`${{ where: which }} has no "${{ field: 'expected' }}". Write the name of a function, or null if the model should call none, or a question for a judge: { judge: "…" }.`,
    );
  const messages: readonly Message[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  assertValidMessages(which, messages);
  if (contextVariables !== undefined) assertValidContextVariables(which, contextVariables);
  const answers =
    expected === undefined
      ? undefined
      : answersOf(expected, which).map((answer) => trajectoryOf(answer, which));
  return { name: name ?? nameOf(messages), messages, contextVariables, expected, answers, judge };
}

function nameOf(messages: readonly Message[]): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  // The name becomes the name of a conversation, and cassettes do not redact such names.
  return new LaneSecrets().hideText(shorten(textOf(content) || 'no user message', 100));
}

function answersOf(expected: ExpectedCall, which: string): readonly ExpectedAnswer[] {
  if (!isPlainObject(expected) || !('oneOf' in expected)) return [expected];
  assertValidFields(
    expected,
    { oneOf: ['a list of at least one answer', isFilled] },
    `${which}, in "expected",`,
  );
  return expected.oneOf;
}

const isFilled = (value: unknown) => Array.isArray(value) && value.length > 0;

/** The calls of one answer may come in any order, because models write them in any order. */
function trajectoryOf(answer: ExpectedAnswer, which: string): Trajectory {
  const patterns = answer === null ? [] : [answer].flat();
  for (const pattern of patterns as unknown[]) {
    if (isTool(pattern) || (!isText(pattern) && !isPlainObject(pattern)))
      throw new UsageError(
        sentence`${{ where: which }} must expect ${fact({ field: 'expected' })}${{ expected: 'the name of a function, { tool, args }, { tool, argsContain }, a list of these, { oneOf: […] } or null' }}, but expects ${{ given: wordsOf(pattern) }}.`,
      );
  }
  const trajectory: Trajectory = patterns.length > 1 ? [{ anyOrder: patterns }] : patterns;
  readTrajectory(trajectory, `what ${which} expects`);
  return trajectory;
}
