import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refundSteps, triage } from '../support/agents.ts';

test('the error of an aborted scenario is the reason of the abort', async () => {
  const controller = new AbortController();
  const reason = new Error('closing time');
  const agent = new Agent({
    functions: [
      tool({
        name: 'close',
        execute: () => {
          controller.abort(reason);
          return 'closed';
        },
      }),
    ],
  });
  const run = await runScenario(
    { agent, steps: [user('x'), callTool('close'), say('bye')] },
    { signal: controller.signal },
  );
  expect(run.error).toBe(reason);
  expect(run.passed).toBe(false);
  expect(run.trace.outcome).toBe('aborted');
});

test.for([false, true])('an abort ends an answer that never comes (streamed: %s)', async (stream) => {
  const controller = new AbortController();
  const steps = [user('x'), modelFails({ kind: 'no-answer' })];
  const pending = runScenario(
    {
      agent: triage,
      steps,
      hooks: { beforeModel: () => setImmediate(() => controller.abort('enough')) as unknown as void },
    },
    { signal: controller.signal, stream },
  );
  expect((await pending).error).toBe('enough');
});

test('with a signal that is already aborted, no request is made', async () => {
  const reason = new Error('closing time');
  const run = await runScenario({ agent: triage, steps: refundSteps }, { signal: AbortSignal.abort(reason) });
  expect(run.error).toBe(reason);
  expect(run.trace.requests).toEqual([]);
});

test('an abort is reported once', async () => {
  const run = await runScenario(
    { agent: triage, steps: refundSteps, check: () => {} },
    { signal: AbortSignal.abort(new Error('closing time')) },
  );
  expect(messagesOf(run)).toHaveLength(1);
});

test('an expected abort passes', async () => {
  const scenario = { agent: triage, steps: refundSteps, expect: { error: { message: 'closing time' } } };
  const run = await runScenario(scenario, { signal: AbortSignal.abort(new Error('closing time')) });
  expect(messagesOf(run)).toEqual([]);
});

test('tools get a signal that is aborted with the scenario', async () => {
  const controller = new AbortController();
  let seen: AbortSignal | undefined;
  const agent = new Agent({
    functions: [tool({ name: 'look', execute: (_args, { signal }) => void (seen = signal) })],
  });
  await runScenario(
    { agent, steps: [user('x'), callTool('look'), say('ok')] },
    { signal: controller.signal },
  );
  expect(seen?.aborted).toBe(false);
  controller.abort();
  expect(seen?.aborted).toBe(true);
});

test('a signal that is never aborted changes nothing', async () => {
  const run = await runScenario(
    { agent: triage, contextVariables: { user: 'Ann' }, steps: refundSteps },
    { signal: new AbortController().signal },
  );
  expect(run.trace.hash).toBe((await playRefund()).trace.hash);
});
