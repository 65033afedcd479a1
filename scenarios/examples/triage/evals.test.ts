import { evaluate } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { refunds, triage } from './agents.ts';
import { refundsCases, triageCases } from './evals.ts';

test('the triage agent transfers customers to the right agent', async ({ cassette }) => {
  const provider = cassette(undefined, { cassette: 'fixtures/cassettes/examples/triage-evals.json' });
  const evaluation = await evaluate(triage, triageCases, { provider, runs: 2, threshold: 0.9 });
  evaluation.assertPassed();
});

test('the refunds agent looks a rental up first, offers one discount, and leaves the rest to others', async ({
  cassette,
}) => {
  const provider = cassette(undefined, { cassette: 'fixtures/cassettes/examples/refunds-evals.json' });
  const evaluation = await evaluate(refunds, refundsCases, { provider, runs: 2, threshold: 0.8 });
  evaluation.assertPassed();
});
