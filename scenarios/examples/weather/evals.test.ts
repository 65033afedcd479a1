import { evaluate } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { weather } from './agents.ts';
import { cases } from './evals.ts';

test('the model looks up the weather and sends mails only when asked', async ({ cassette }) => {
  const provider = cassette(undefined, { cassette: 'fixtures/cassettes/examples/weather-evals.json' });
  const evaluation = await evaluate(weather, cases, { provider, runs: 2, threshold: 0.9 });
  evaluation.assertPassed();
});
