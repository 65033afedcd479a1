import fc, { type Arbitrary } from 'fast-check';
import { unicodeStringsOf } from './arguments/code-points.ts';
import { unicodeStrings } from './arguments/strings.ts';
import type { FeatureGate, FeatureWeights, ScriptFeature } from './features.ts';
import { weighted, type Choice } from './weighted.ts';

/** A text, and the feature that it gives a script. */
export interface TextPart {
  text: string;
  feature?: ScriptFeature;
}

/** Texts of users and models. Most are plain, and all shrink to the first plain one. */
export function texts(plain: readonly string[], weights: FeatureWeights): Arbitrary<TextPart> {
  const choices: Choice<TextPart>[] = [
    [12, fc.constantFrom(...plain.map((text): TextPart => ({ text })))],
    [0.8 * weights['empty-content'], fc.constant({ text: '', feature: 'empty-content' })],
    [1.2 * weights.unicode, unicodeTexts.map((text) => ({ text, feature: 'unicode' }))],
    [0.05 * weights['huge-content'], hugeTexts.map((text) => ({ text, feature: 'huge-content' }))],
  ];
  return weighted(choices) ?? fc.constant({ text: plain[0]! });
}

/** Returns the text if it has no feature or `isOn` allows its feature, and `plain` if not. */
export function gated({ text, feature }: TextPart, isOn: FeatureGate, plain: string): string {
  return feature === undefined || isOn(feature) ? text : plain;
}

const unicodeTexts = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constantFrom(...unicodeStrings) },
  { weight: 1, arbitrary: unicodeStringsOf(0, 12).map((text) => `é${text}`) },
);

/** The length from which a text is huge. */
export const hugeLength = 10_000;

const hugeTexts = fc
  .tuple(fc.constantFrom('a', 'lorem ipsum ', '\n', '{"a":['), fc.integer({ min: hugeLength, max: 60_000 }))
  .map(([part, length]) => part.repeat(Math.ceil(length / part.length)).slice(0, length));
