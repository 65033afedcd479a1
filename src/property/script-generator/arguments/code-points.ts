import fc, { type Arbitrary } from 'fast-check';

/**
 * Strings of any Unicode characters, except lone surrogates, which neither JSON nor UTF-8 preserves. fast-check's own
 * strings (unit: 'binary') are not used, because they take more than a second to set up.
 */
export function unicodeStringsOf(minLength: number, maxLength: number): Arbitrary<string> {
  return fc.array(codePoint, { minLength, maxLength }).map((points) => String.fromCodePoint(...points));
}

/** Letters first, then the code points below and above the surrogates. */
const codePoint = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.integer({ min: 0x61, max: 0x7a }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xd7ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0x10ffff }) },
);
