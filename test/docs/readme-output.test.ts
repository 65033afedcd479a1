/** What the README shows as output is what comes out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { callTool, runScenario, say, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import handoff from '../../scenarios/handoffs/handoff.scenario.ts';
import { scenarioText, styleFor } from '../../src/report/run-report.ts';
// The README's own module, as scripts/docs.ts writes it.
import { refunds, triage } from '../../.docs-tests/README.md/refunds.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const shown = [...readme.matchAll(/^```text\n(.*?)^```$/gms)].map((match) => match[1]!.trimEnd());

const refund = {
  agent: triage,
  contextVariables: { user: 'Ann' },
  steps: [
    user('My money back for A-17, please.'),
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('Done.'),
  ],
};

test('there are three outputs, each of which is compared here', () => {
  expect(shown).toHaveLength(3);
});

test('the line of a scenario', async () => {
  const run = await runScenario(handoff);
  const text = scenarioText({ name: handoff.name, file: '', run, durationMs: 0 }, styleFor(false));
  expect(shown[0]).toBe(text);
});

test('a failed matcher', async () => {
  const run = await runScenario(refund);
  const wrong = ['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-18' } }, 'send_receipt'];
  expect(() => expect(run).toHaveToolCalls(wrong)).toThrow(expect.objectContaining({ message: shown[1] }));
});

test('a mistake in a script', async () => {
  const steps = [refund.steps[0]!, callTool('isue_refund')];
  const run = await runScenario({ ...refund, agent: refunds, steps });
  expect((run.error as Error).message).toBe(shown[2]);
});
