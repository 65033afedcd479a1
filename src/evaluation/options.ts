import { isPlainObject } from '../engine/values/copy.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { parseProvider } from '../engine/model/valid-provider.ts';
import { assertValidContextVariables } from '../engine/run/context.ts';
import {
  assertValidFields,
  isText,
  mustBe,
  timeoutRule,
  wordsOf,
  type Rule,
  type Rules,
} from '../scenario/rules.ts';
import type { Settings } from './evaluation.ts';
import type { JudgeOptions } from './judge.ts';
import type { StopEarly } from './sequential-test.ts';

/** How cases are evaluated. */
export interface EvaluateOptions {
  /** Who answers: a cassette or a live model. Default: the live API, through the openai package. */
  provider?: CompletionProvider | undefined;
  /** How often each case is asked. Default: 1. */
  runs?: number | undefined;
  /** Reports pass^k: how likely it is that `passK` runs of a case are all right. At most `runs`. */
  passK?: number | undefined;
  /**
   * Asks all cases again and again, until it is certain whether the share of right answers is at least `atLeast`. It
   * replaces `runs` and `threshold`: only the verdict `enough` passes.
   */
  stopEarly?: StopEarly | undefined;
  /** Who judges the cases with a `judge`. Default: the provider of the evaluation, and the model of `judge`. */
  judge?: Pick<JudgeOptions, 'provider' | 'model'> | undefined;
  /** The share of all answers that must be right, from 0 to 1. Default: 1. */
  threshold?: number | undefined;
  /** The share of the answers to each case that must be right, from 0 to 1. Default: 0. */
  caseThreshold?: number | undefined;
  /** Default context variables; a case may override them. */
  contextVariables?: object | undefined;
  /** The model to ask, instead of the agent's own. */
  modelOverride?: string | undefined;
  /** How many answers are awaited at once. Default: 8. */
  concurrency?: number | undefined;
  /** How long an answer may take, in milliseconds of real time. Default: 60,000. */
  timeoutMs?: number | undefined;
  /** Stops the evaluation. `evaluate` rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

const count: Rule = ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0];
const share: Rule = [
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  (given) => (typeof given === 'number' && given > 1 && given <= 100 ? ` Write ${given / 100}.` : ''),
];
const optionRules: Rules<keyof EvaluateOptions> = {
  provider: ['a provider', () => true],
  runs: count,
  threshold: share,
  caseThreshold: share,
  passK: count,
  // `readSettings` validates its fields.
  stopEarly: ['an object such as { atLeast: 0.9, confidence: 0.95, maxRuns: 50 }', isPlainObject],
  judge: ['an object such as { provider, model: "gpt-4o" }', isPlainObject],
  // `assertValidOptions` validates the context variables.
  contextVariables: ['an object', () => true],
  modelOverride: ['a string', isText],
  concurrency: count,
  timeoutMs: timeoutRule,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

const fraction: Rule = [
  'a number above 0 and below 1',
  (value) => typeof value === 'number' && value > 0 && value < 1,
  (given) => (typeof given === 'number' && given > 1 && given < 100 ? ` Write ${given / 100}.` : ''),
];
const stopRules: Rules<keyof StopEarly> = { atLeast: fraction, confidence: fraction, maxRuns: count };
const judgeRules: Rules<'provider' | 'model'> = {
  provider: ['a provider', () => true],
  model: ['a string', isText],
};

/** Validates the options, and returns the settings for the report. Throws a TypeError. */
export function readSettings(options: EvaluateOptions): Settings {
  assertValidOptions(options);
  const { runs = 1, threshold, caseThreshold = 0, passK, stopEarly } = options;
  if (!stopEarly) {
    if (passK !== undefined && passK > runs)
      throw new UsageError(
        sentence`The ${{ field: 'passK' }} of ${{ where: 'evaluate' }} must be ${{ expected: `at most the number of runs, ${runs}` }}, but is ${{ given: wordsOf(passK) }}. Write { runs: ${passK} }, or more.`,
      );
    return { runs, threshold: threshold ?? 1, caseThreshold, passK, stopEarly: undefined };
  }
  const { atLeast, confidence = 0.95, maxRuns = 50 } = stopEarly;
  return { runs: 0, threshold: atLeast, caseThreshold, passK, stopEarly: { atLeast, confidence, maxRuns } };
}

/** Throws a TypeError for options that are not valid. */
function assertValidOptions(options: EvaluateOptions): void {
  assertKnownOptions('evaluate', options, Object.keys(optionRules));
  assertValidFields(options, optionRules, 'evaluate');
  const { provider, contextVariables, stopEarly, judge: judging } = options;
  if (stopEarly !== undefined) {
    assertKnownOptions('The stopEarly of evaluate', stopEarly, Object.keys(stopRules));
    assertValidFields(stopEarly, stopRules, 'The stopEarly of evaluate');
    if (stopEarly.atLeast === undefined)
      throw mustBe(
        sentence`The ${{ field: 'stopEarly.atLeast' }} of ${{ where: 'evaluate' }}`,
        fraction,
        undefined,
      );
    for (const field of ['runs', 'threshold', 'passK'] as const) {
      if (options[field] === undefined) continue;
      throw new UsageError(
        sentence`${{ where: 'evaluate' }} takes either ${{ field }} or stopEarly. ${stopAdvice[field]}`,
      );
    }
  }
  if (judging !== undefined) {
    assertKnownOptions('The judge of evaluate', judging, Object.keys(judgeRules));
    assertValidFields(judging, judgeRules, 'The judge of evaluate');
    if (judging.provider !== undefined) parseProvider(judging.provider, 'The provider of the judge');
  }
  if (provider !== undefined) parseProvider(provider, 'The provider of evaluate');
  if (contextVariables !== undefined) assertValidContextVariables('evaluate', contextVariables);
}

/** Why an option cannot be given together with `stopEarly`. */
const stopAdvice = {
  runs: 'Write the limit as stopEarly.maxRuns.',
  threshold: 'Write the share as stopEarly.atLeast.',
  passK: 'pass^k needs a number of runs that does not depend on the answers.',
};
