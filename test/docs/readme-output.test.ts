/** The outputs that the README shows are the real ones. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, Swarm, tool } from 'swarmcheck';
import { callTool, evaluate, replayProvider, runScenario, say, stubTools, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { triage as airlineTriage } from '../../scenarios/examples/airline/agents.ts';
import { triageCases } from '../../scenarios/examples/airline/evals.ts';
import handoff from '../../scenarios/handoffs/handoff.scenario.ts';
import { scenarioText } from '../../src/report/run-report.ts';
import { styleFor } from '../../src/report/style.ts';
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

test('the README shows seven outputs, each compared here, in readme-chat.test.ts or in checks.test.ts', () => {
  expect(shown).toHaveLength(7);
});

test('the README shows the line of a scenario', async () => {
  const run = await runScenario(handoff);
  const text = scenarioText({ name: handoff.name, file: '', run, durationMs: 0 }, styleFor(false));
  expect(shown[0]).toBe(text);
});

test('the README shows the message of a failed matcher', async () => {
  const run = await runScenario(refund);
  const wrong = ['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-18' } }, 'send_receipt'];
  expect(() => expect(run).toHaveToolCalls(wrong)).toThrow(expect.objectContaining({ message: shown[1] }));
});

test('the README shows the message of a mistake in a script', async () => {
  const steps = [refund.steps[0]!, callTool('isue_refund')];
  const run = await runScenario({ ...refund, agent: refunds, steps });
  expect((run.error as Error).message).toBe(shown[2]);
});

test('the README shows lines of an evaluation', async () => {
  const evaluation = await evaluate(airlineTriage, triageCases, {
    provider: replayProvider('fixtures/cassettes/examples/airline-triage-evals.json'),
    runs: 2,
    threshold: 0.9,
  });
  const lines = shown[5]!.split('\n');
  expect(lines).toHaveLength(3);
  expect(String(evaluation).split('\n')).toEqual(expect.arrayContaining(lines));
});

test('the README shows the message of a cassette whose agents were edited', async () => {
  const cassette = 'fixtures/cassettes/docs-tests/readme-md/refunds-recorded/a-refund-with-a-live-model.json';
  const edited = new Agent({ name: refunds.name, instructions: 'Help Ann with refunds. Be kind.' });
  edited.functions = [
    tool({
      name: 'issue_refund',
      description: 'Refunds an order.',
      parameters: { type: 'object', properties: { orderId: { type: 'number' } }, required: ['orderId'] },
      execute: () => '',
    }),
  ];
  const agent = stubTools(triage, { transfer_to_refunds: () => edited });

  const error = await new Swarm({ provider: replayProvider(cassette) })
    .run({
      agent,
      messages: [{ role: 'user', content: 'My money back for A-17, please.' }],
      contextVariables: { user: 'Ann' },
    })
    .catch((reason: unknown) => reason);

  // The paths as a user has them, in a project with the files of the README.
  const message = (error as Error).message
    .replaceAll('docs-tests/readme-md/', '')
    .replaceAll('.docs-tests/README.md/', '');
  expect(message).toBe(shown[6]);
});
