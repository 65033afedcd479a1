/** Hiding twice is the same as hiding once, and revealing gives the original. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LaneSecrets } from '../../../src/secrets/lane-secrets.ts';
import { secretForms } from './secrets.ts';
import { assertProperty } from '../../support/property.ts';

/** On separate lines, since two secrets on one line could form another one. */
const lines = fc.oneof(
  fc.constantFrom(...secretForms('twice').map(({ text }) => text)),
  fc.constantFrom('[secret-1]', '[api-key-2]', 'email-1@redacted.invalid', 'Is [token-1] yours?'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const texts = fc.array(lines, { maxLength: 8 }).map((all) => all.join('\n'));
const names = fc.constantFrom('password', 'apiKey', 'note', 'pin', 'list', '__proto__', 'ann@example.com');
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts,
    fc.integer(),
    fc.constantFrom(null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }).map((value) => JSON.stringify(value)),
  ),
})).value;

test('hiding a hidden text changes nothing', () => {
  assertProperty(
    fc.property(texts, (text) => {
      const hidden = new LaneSecrets().hideText(text);
      expect(new LaneSecrets().hideText(hidden)).toBe(hidden);
    }),
    { seed: 13 },
  );
});

test('hiding hidden data changes nothing', () => {
  assertProperty(
    fc.property(data, (value) => {
      const hidden = new LaneSecrets().hideData(value);
      expect(new LaneSecrets().hideData(hidden)).toEqual(hidden);
    }),
    { seed: 13 },
  );
});

test('revealing a hidden text gives the text', () => {
  assertProperty(
    fc.property(texts, (text) => {
      const secrets = new LaneSecrets();
      expect(secrets.reveal(secrets.hideText(text))).toBe(text);
    }),
    { seed: 13 },
  );
});

test('a replay hides the same text as the recording did', () => {
  assertProperty(
    fc.property(fc.array(texts, { maxLength: 4 }), (all) => {
      const recorded = new LaneSecrets();
      const replayed = new LaneSecrets();
      for (const text of all) {
        const hidden = recorded.hideText(text);
        expect(replayed.hideText(text, hidden)).toBe(hidden);
      }
    }),
    { seed: 13 },
  );
});
