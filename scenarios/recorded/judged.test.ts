import { Agent } from 'swarmcheck';
import { callTool, evaluate, judge, runScenario, say, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const refunds = new Agent({
  name: 'Refunds',
  functions: [
    function issue_refund() {
      return 'refunded A-17';
    },
  ],
});

test('a judge says whether a customer got a refund', async ({ cassette }) => {
  const provider = cassette();
  const question = 'Did the customer get a refund?';
  const refunded = await runScenario({
    agent: refunds,
    steps: [user('Refund A-17, please.'), callTool('issue_refund'), say('A-17 is refunded.')],
  });
  expect(await judge(question, { provider, conversation: refunded })).toEqual({
    answer: true,
    reason: 'The assistant says that A-17 is refunded.',
  });
  const refused = await runScenario({
    agent: refunds,
    steps: [user('Refund A-17, please.'), say('Why?')],
  });
  expect(await judge(question, { provider, conversation: refused })).toMatchObject({ answer: false });
});

test('a model is judged, and both are replayed', async ({ cassette }) => {
  const provider = cassette();
  const cases = [{ input: 'Thank you.', expected: null, judge: 'Does the answer promise a refund?' }];
  const evaluation = await evaluate(refunds, cases, { provider, runs: 2, threshold: 0 });
  expect(evaluation.cases[0]?.answers.map(({ judgement }) => judgement?.answer)).toEqual([false, false]);
});
