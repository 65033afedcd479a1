import { beforeAll, expect, test } from 'vitest';
import { deskSource } from '../support/agents.ts';
import { runVitest, type TestOutcome } from '../support/run-vitest.ts';

const source = `
import { expect, test as plain } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, runScenario, say, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';

${deskSource}
const misspelt = [user('hi'), callTool('lookup'), say('Done.')];
const tooShort = [user('hi'), callTool('look_up')];
const tooLong = [user('hi'), say('a'), say('b')];

test('a mistake in the script', async () => { await runScenario({ agent, steps: misspelt }); expect(1).toBe(1); });
test('a script that is too short', async () => { await runScenario({ agent, steps: tooShort }); });
test('a script that is too long', async () => { await runScenario({ agent, steps: tooLong }); });
test('a misfit of the second scenario', async () => {
  await runScenario({ agent, steps: [user('hi'), say('a')] });
  await runScenario({ agent, steps: tooLong });
});
test('a failure of its own', async () => { await runScenario({ agent, steps: tooLong }); throw new Error('its own failure'); });
test('passes: a script that fits', async () => { await runScenario({ agent, steps: [user('hi'), callTool('look_up'), say('a')] }); });
test('passes: an expectation that is not met', async () => {
  const run = await runScenario({ agent, steps: [user('hi'), say('a')], expect: { finalMessage: 'b' } });
  expect(run.passed).toBe(false);
});
test('a polluted prototype', () => { ({})['__proto__'].polluted = 1; });
test('passes: the test after a polluted prototype', () => { expect('polluted' in {}).toBe(false); });
plain('passes: the test of vitest itself', async () => { await runScenario({ agent, steps: tooLong }); });
test.concurrent('side by side: a misfit', async () => { await runScenario({ agent, steps: tooLong }); });
test.concurrent('side by side passes: a script that fits', async () => { await runScenario({ agent, steps: [user('hi'), say('a')] }); });
`;

let outcomes: Map<string, TestOutcome>;

beforeAll(async () => {
  outcomes = await runVitest(source);
}, 60_000);

const failuresOf = (name: string) => outcomes.get(name)?.failures.map((message) => message.split('\n')[0]!);

test.for([
  ['a mistake in the script', /^ScriptMistakeError: Step 2 .* calls the tool "lookup"/],
  ['a script that is too short', /^ScriptExhaustedError: Completion 2 was requested/],
  ['a script that is too long', /^ScriptNotFinishedError: Run 1 ended \(completed\) before step 3/],
  ['a misfit of the second scenario', /^ScriptNotFinishedError/],
  ['side by side: a misfit', /^ScriptNotFinishedError/],
] as const)(
  'a script that does not fit fails its test, even if the test checks nothing: %s',
  ([name, message]) => {
    expect(failuresOf(name)).toEqual([expect.stringMatching(message)]);
  },
);

test('a test that sets a key on a prototype fails, and the next test does not', () => {
  expect(failuresOf('a polluted prototype')).toEqual([
    expect.stringMatching(/^PrototypePollutedError: The key "polluted" was set on Object.prototype/),
  ]);
});

test('a failure of the test itself is the only error reported', () => {
  expect(failuresOf('a failure of its own')).toEqual(['Error: its own failure']);
});

test('a test whose script fits passes, even if an expectation of the scenario fails', () => {
  const passing = [...outcomes].filter(([name]) => name.includes('passes: '));
  expect(passing.map(([, { status }]) => status)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
});
