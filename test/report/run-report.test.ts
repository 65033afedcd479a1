import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user, type Expectations } from 'swarmcheck/testing';
import {
  loadErrorText,
  scenarioText,
  summaryText,
  type PlayedScenario,
  type RunSummary,
} from '../../src/report/run-report.ts';
import { styleFor } from '../../src/report/style.ts';

const plain = styleFor(false);
const coloured = styleFor(true);

async function played(expectations?: Expectations): Promise<PlayedScenario> {
  const run = await runScenario({
    agent: new Agent({ name: 'Desk' }),
    steps: [user('hi'), say('hello')],
    expect: expectations,
  });
  return { name: 'greets', file: 'scenarios/greets.scenario.ts', run, durationMs: 3 };
}

const summary = (played: PlayedScenario[], rest: Partial<RunSummary> = {}): RunSummary => ({
  played,
  errors: [],
  bailed: false,
  ...rest,
});

test('a scenario that passed is printed on one line', async ({ expect }) => {
  expect(scenarioText(await played(), plain)).toMatchInlineSnapshot(
    `"✓ greets  Desk: says “hello” (completed, 1 turn)"`,
  );
});

test('a scenario that failed is printed with its file and its failures', async ({ expect }) => {
  expect(scenarioText(await played({ finalMessage: 'goodbye', agents: ['Triage'] }), plain))
    .toMatchInlineSnapshot(`
    "✗ greets  Desk: says “hello” (completed, 1 turn)
      scenarios/greets.scenario.ts
        Expected the agents Triage, but they were Desk.
        What happened:
            turn 1  Desk: says "hello"
            ended: completed

        Expected the final message to contain "goodbye", but it is "hello".
    "
  `);
});

test('a file that could not be loaded is printed with its line and the message', () => {
  expect(loadErrorText({ file: 'a.ts', line: 3, message: 'It does not parse: Unexpected ";"' }, plain)).toBe(
    '✗ a.ts:3: It does not parse: Unexpected ";"',
  );
  expect(loadErrorText({ file: 'a.ts', message: 'first\nsecond' }, plain)).toBe('✗ a.ts: first\n    second');
});

test('the summary counts scenarios and errors', async () => {
  const [passed, failed] = [await played(), await played({ finalMessage: 'goodbye' })];
  expect(summaryText(summary([passed]), plain)).toBe('1 scenario: 1 passed');
  expect(
    summaryText(summary([passed, failed, failed], { errors: [{ file: 'a.ts', message: 'x' }] }), plain),
  ).toBe('3 scenarios: 1 passed, 2 failed, 1 error');
  expect(summaryText(summary([]), plain)).toBe('0 scenarios: 0 passed');
});

test('the text with colours is the same as without', async () => {
  const failed = await played({ finalMessage: 'goodbye' });
  for (const text of [
    [scenarioText(failed, coloured), scenarioText(failed, plain)],
    [summaryText(summary([failed]), coloured), summaryText(summary([failed]), plain)],
    [
      loadErrorText({ file: 'a.ts', message: 'x' }, coloured),
      loadErrorText({ file: 'a.ts', message: 'x' }, plain),
    ],
  ]) {
    expect(text[0]).toMatch('\u001B[');
    expect(stripVTControlCharacters(text[0]!)).toBe(text[1]);
  }
});

test('a name of several lines is printed on one line', async () => {
  expect(scenarioText({ ...(await played()), name: 'greets\n  and waits' }, plain)).toMatch(
    /^✓ greets and waits {2}Desk/,
  );
});
