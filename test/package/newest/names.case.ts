/** Tests with every kind of name. Each records a cassette, so that a failure prints the command that records it. */
import { say, scriptedProvider } from 'swarmcheck/testing';
import { test, type SwarmcheckFixtures } from 'swarmcheck/vitest';
import { describe } from 'vitest';

const records = async ({ cassette }: Pick<SwarmcheckFixtures, 'cassette'>) => {
  const provider = cassette(scriptedProvider([say('Hello.')]));
  await provider.complete({ model: 'm', messages: [{ role: 'user', content: 'Hi.' }] });
};

test('plain', records);
test('plain and longer', records);
describe('outer', () => {
  test('is in one suite', records);
  describe('and "inner"', () => {
    test('is in both', records);
    test('is in both (too)', records);
  });
});
describe("it's $HOME `date`", () => {
  test.for([1, 2])('row %i of [a-z]+ | .*?', (_row, { cassette }) => records({ cassette }));
});
test('$5 {2} ^begins ends$ a\\b \\d \\', records);
test('a > b with an arrow', records);
test('Größe: 日本 ✓ 👩‍🚀', records);
test('nul\0 tab\t and\nlines\r', records);
test('bidi \u202Emarks\u202C \u2028 and half \uD800', records);
test('--passWithNoTests', records);
test('  blanks  ', records);
test('!history && echo; #no', records);
