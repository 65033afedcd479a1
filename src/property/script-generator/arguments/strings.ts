import fc, { type Arbitrary } from 'fast-check';
import { unicodeStringsOf } from './code-points.ts';
import { filtered } from './filtered.ts';

/** The limits of a string. */
export interface StringLimits {
  minLength: number;
  maxLength: number;
  patterns: readonly string[];
  format: string | undefined;
}

/** Strings within these limits; undefined if none were found. */
export function stringsWithin(limits: StringLimits, isUnicode: boolean): Arbitrary<string> | undefined {
  const { minLength, maxLength, patterns, format } = limits;
  if (minLength > maxLength) return undefined;
  const formatted = format === undefined ? undefined : formats.get(format)?.();
  const [pattern] = patterns;
  if (formatted === undefined && pattern === undefined) return freeStrings(minLength, maxLength, isUnicode);
  let expressions: RegExp[];
  try {
    expressions = patterns.map((source) => new RegExp(source, 'u'));
  } catch {
    return undefined;
  }
  const isWithin = (text: string) => {
    const length = lengthOf(text);
    return (
      length >= minLength &&
      length <= maxLength &&
      !halfSurrogate.test(text) &&
      expressions.every((expression) => expression.test(text))
    );
  };
  // zod writes a format together with a pattern that means the same, so the format comes first.
  const likely = formatted && filtered(formatted, isWithin);
  if (likely || pattern === undefined) return likely;
  const matching = stringsMatching(pattern, maxLength);
  return matching && filtered(matching, isWithin);
}

const halfSurrogate = /\p{Surrogate}/u;

/** The length as JSON Schema counts it: a surrogate pair is one character. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function stringsMatching(pattern: string, maxLength: number): Arbitrary<string> | undefined {
  const options = Number.isFinite(maxLength) ? { maxLength } : {};
  // fast-check does not support lookaround. So it generates strings for the pattern without lookaround, and the
  // caller filters these strings by the whole pattern.
  const withoutLooking = pattern.replaceAll(/\(\?<?[=!](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)/g, '');
  for (const source of [pattern, withoutLooking]) {
    try {
      return fc.stringMatching(new RegExp(source, 'u'), options);
    } catch {
      // Try the pattern without lookaround.
    }
  }
  return undefined;
}

/** Strings that a library, a shell, a database or a page might handle wrongly; the plainest first. */
const plainStrings = [
  'a',
  'A-17',
  '',
  '0',
  '-1',
  ' ',
  'a b',
  'null',
  'true',
  '1e309',
  '2026-02-30',
  'line 1\nline 2',
  '"quoted"',
  '{"a":1}',
  '%s%n',
  '../../etc/passwd',
  "'; DROP TABLE orders; --",
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '\u0000',
];

/**
 * Characters of more than one byte, code unit or code point, and text from right to left. Lone surrogates are left
 * out, because they do not survive UTF-8.
 */
export const unicodeStrings = [
  'é',
  'e\u0301',
  '漢字',
  '😀',
  '👩‍👩‍👧',
  '\u202Eabc',
  'مرحبا',
  '\u200B',
  '\uFEFFa',
  'İ',
  'ß',
  'a\u2028b',
];

function freeStrings(minLength: number, maxLength: number, isUnicode: boolean): Arbitrary<string> {
  const fits = (text: string) => lengthOf(text) >= minLength && lengthOf(text) <= maxLength;
  const most = Math.min(maxLength, minLength + 8);
  const ready = (isUnicode ? unicodeStrings : plainStrings).filter(fits);
  // Strings of exactly the shortest and the longest length, unless the length is above 1,000.
  for (const length of new Set([minLength, maxLength]))
    if (length > 0 && length <= 1000) ready.push((isUnicode ? 'é' : 'a').repeat(length));
  const any = isUnicode
    ? unicodeStringsOf(minLength, most)
    : fc.string({ minLength, maxLength: most, unit: 'binary-ascii' });
  return ready.length === 0
    ? any
    : fc.oneof(
        { withCrossShrink: true },
        { weight: 3, arbitrary: fc.constantFrom(...ready) },
        { weight: 1, arbitrary: any },
      );
}

const dates = () =>
  fc.date({
    min: new Date('0001-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

/** fast-check's own URLs are not used, because they take two seconds to set up. */
const addresses = () =>
  fc.tuple(fc.domain(), fc.nat()).map(([host, number]) => `https://${host}/${number}?q=a%20b`);

function often(first: string, second: string, any: Arbitrary<string>): Arbitrary<string> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constantFrom(first, second) },
    { weight: 1, arbitrary: any },
  );
}

/** Strings for every format that the validator knows. */
const formats: ReadonlyMap<string, () => Arbitrary<string>> = new Map([
  [
    'date-time',
    () =>
      often(
        '2026-11-27T08:00:00Z',
        '2024-02-29T23:59:59.999+05:30',
        dates().map((date) => date.toISOString()),
      ),
  ],
  [
    'date',
    () =>
      often(
        '2026-11-27',
        '2024-02-29',
        dates().map((date) => date.toISOString().slice(0, 10)),
      ),
  ],
  [
    'time',
    () =>
      often(
        '08:00:00Z',
        '23:59:59.5-11:00',
        dates().map((date) => date.toISOString().slice(11)),
      ),
  ],
  ['duration', () => fc.constantFrom('P1D', 'PT0S', 'P1Y2M3DT4H5M6S', 'P3W')],
  ['email', () => often('ann@example.com', "o'neil+tag@mail.example.co.uk", fc.emailAddress())],
  ['hostname', () => often('example.com', 'localhost', fc.domain())],
  ['ipv4', () => often('127.0.0.1', '255.255.255.255', fc.ipV4())],
  ['ipv6', () => often('::1', '2001:db8::ff00:42:8329', fc.ipV6())],
  ['uri', () => often('https://example.com/a?b=c#d', 'urn:isbn:0451450523', addresses())],
  ['url', () => fc.constantFrom('https://example.com/a?b=c#d', 'http://example.com', 'ftp://example.org/x')],
  ['uri-reference', () => often('/a/b?c', '#d', addresses())],
  ['uri-template', () => fc.constantFrom('/orders/{id}', '/a{?b,c}')],
  [
    'uuid',
    () => often('123e4567-e89b-42d3-a456-426614174000', '00000000-0000-0000-0000-000000000000', fc.uuid()),
  ],
  ['regex', () => fc.constantFrom('^a+$', '', '[0-9]{2}')],
  ['json-pointer', () => fc.constantFrom('/a/0', '', '/a~1b')],
  ['json-pointer-uri-fragment', () => fc.constantFrom('#/a/0', '#')],
  ['relative-json-pointer', () => fc.constantFrom('0', '1/a', '2#')],
]);
