import { assertKnownOptions } from '../../engine/values/known-fields.ts';
import { suggested } from '../../engine/values/did-you-mean.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import type { GivenValues } from '../shown-values/argument-values.ts';
import { assertValidValues } from '../shown-values/valid-values.ts';

/** Something unusual that a user or a model does. `scriptFeatures` describes each one. */
export type ScriptFeature =
  | 'unknown-tool'
  | 'bad-json'
  | 'invalid-args'
  | 'parallel-calls'
  | 'duplicate-ids'
  | 'handoffs'
  | 'empty-content'
  | 'unicode'
  | 'huge-content'
  | 'refusal'
  | 'several-users'
  | 'provider-error'
  | 'cut-stream';

/** Every feature, with a description of what its scripts contain. */
export const scriptFeatures: Readonly<Record<ScriptFeature, string>> = {
  'unknown-tool': 'A call of a tool that the active agent does not offer.',
  'bad-json': 'Arguments that are not a JSON object.',
  'invalid-args': 'Arguments that fail the schema of their tool.',
  'parallel-calls': 'Several calls in one answer.',
  'duplicate-ids': 'Two calls with the same id, in one answer or in two.',
  handoffs: 'A call that hands off.',
  'empty-content': 'An empty message, answer or refusal.',
  unicode: 'Non-ASCII characters in messages or arguments.',
  'huge-content': 'A text of ten thousand characters or more.',
  refusal: 'A refusal.',
  'several-users': 'More than one user message: in a row, or in several runs.',
  'provider-error': 'A request that fails: an HTTP error, or a connection that breaks.',
  'cut-stream':
    'A damaged answer: cut off, not JSON, or without choices; or an answer cut short by the limit on its length.',
};

const names = Object.keys(scriptFeatures) as ScriptFeature[];

/** Options for generated scripts. */
export interface ScriptOptions {
  /** The largest number of steps of a script, from the user and the model together; at least 2. Default: 20. */
  maxSteps?: number | undefined;
  /**
   * How often each feature occurs. `false` or 0 means never. A number up to 1,000 means that many times as often as
   * by default, relative to the other features. `true` means the weight 1, which every feature has by default.
   */
  features?: Partial<Record<ScriptFeature, boolean | number>> | undefined;
  /**
   * Values for arguments, by tool and argument: lists, or arbitraries of fast-check. They are used in addition to
   * generated values.
   */
  values?: GivenValues | undefined;
}

/** The weight of each feature: 1 is the default, 0 means never. */
export type FeatureWeights = Readonly<Record<ScriptFeature, number>>;

const defaultMaxSteps = 20;
const mostWeight = 1000;

/** The options, completed with their defaults. */
export function scriptSettings({ maxSteps = defaultMaxSteps, features = {} }: ScriptOptions): {
  maxSteps: number;
  weights: FeatureWeights;
} {
  const weights = Object.fromEntries(names.map((name) => [name, Number(features[name] ?? true)]));
  return { maxSteps, weights: weights as FeatureWeights };
}

/** Throws a TypeError for invalid options. `what` names the function that takes them, and begins the message. */
export function assertValidScriptOptions(what: string, options: unknown): void {
  assertKnownOptions(what, options, ['maxSteps', 'features', 'values']);
  const { maxSteps, features, values } = options as Record<keyof ScriptOptions, unknown>;
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && Number(maxSteps) >= 2)) {
    throw new UsageError(
      sentence`The "${{ field: 'maxSteps' }}" of ${{ where: what }} must be ${{ expected: 'a whole number above 1, for a step of the user and one of the model' }}, but is ${{ given: valueWords(maxSteps) }}.`,
    );
  }
  if (features !== undefined) assertValidFeatures(what, features);
  if (values !== undefined) assertValidValues(what, values);
}

/** Throws a TypeError for invalid features. */
export function assertValidFeatures(what: string, features: unknown): void {
  const known = sentence`The features are: ${{ known: names }}.`;
  if (!isPlainObject(features)) {
    throw new UsageError(
      sentence`The "${{ field: 'features' }}" of ${{ where: what }} must be ${{ expected: 'an object, such as { "unknown-tool": false }' }}, but is ${{ given: valueWords(features) }}. ${known}`,
    );
  }
  for (const [name, weight] of Object.entries(features)) {
    if (!Object.hasOwn(scriptFeatures, name))
      throw new UsageError(
        sentence`${{ where: what }} has no feature "${{ field: name }}".${suggested(name, names)} ${known}`,
      );
    const isWeight = typeof weight === 'number' && weight >= 0 && weight <= mostWeight;
    if (weight !== undefined && typeof weight !== 'boolean' && !isWeight) {
      throw new UsageError(
        sentence`The feature "${{ field: name }}" of ${{ where: what }} must be ${{ expected: `true, false, or a weight from 0 to ${mostWeight}` }}, but is ${{ given: valueWords(weight) }}.`,
      );
    }
  }
}

/** Whether a script may have a feature. */
export type FeatureGate = (feature: ScriptFeature) => boolean;

/**
 * Returns the test for the features of one script. `bits` has one bit for each feature. A feature is allowed if its
 * bit is set and its weight is above 0.
 */
export function gateOf(bits: number, weights: FeatureWeights): FeatureGate {
  return (feature) => weights[feature] > 0 && (bits & featureBit(feature)) !== 0;
}

/** The number that has only the bit of this feature set. */
export function featureBit(feature: ScriptFeature): number {
  return bitOf[feature];
}

const bitOf = Object.fromEntries(names.map((name, index) => [name, 2 ** index])) as Record<
  ScriptFeature,
  number
>;

/** The number in which the bits of all features are set. */
export const allBits = 2 ** names.length - 1;
