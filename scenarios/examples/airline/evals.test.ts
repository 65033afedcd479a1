import { evaluate } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { flightModification, triage } from './agents.ts';
import { flightModificationCases, triageCases } from './evals.ts';

test('triage finds out what a customer wants, and asks if it is unclear', async ({ cassette }) => {
  const provider = cassette(undefined, { cassette: 'fixtures/cassettes/examples/airline-triage-evals.json' });
  const evaluation = await evaluate(triage, triageCases, { provider, runs: 2, threshold: 0.9 });
  evaluation.assertPassed();
});

test('flight modification recognizes who changes, who cancels and who needs a person', async ({
  cassette,
}) => {
  const provider = cassette(undefined, {
    cassette: 'fixtures/cassettes/examples/airline-flight-modification-evals.json',
  });
  const evaluation = await evaluate(flightModification, flightModificationCases, {
    provider,
    runs: 2,
    threshold: 0.85,
  });
  evaluation.assertPassed();
});
