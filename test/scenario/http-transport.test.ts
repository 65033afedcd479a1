import { afterEach, expect, test, vi } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { playIn, playInAll, ways } from '../support/ways.ts';
import { messagesOf } from '../support/failures.ts';
import { refundSteps, triage } from '../support/agents.ts';

const overHttp = ways.filter(({ transport }) => transport === 'http');
const refund: Scenario = { agent: triage, steps: refundSteps, contextVariables: { user: 'Ann' } };

// Globals and environment variables belong to the process, so the tests that change them run alone.
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test('a scenario of several agents leaves the same trace in every play mode', async () => {
  const [first, ...others] = await playInAll(refund);
  expect(messagesOf(first!)).toEqual([]);
  for (const other of others) expect(other.trace.diff(first!.trace)).toBeUndefined();
});

test('the trace has the scripted usage in every play mode', async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
  const steps = [user('hi'), callTool('look_up', {}, { usage }), say('ok')];
  const agent = new Agent({ functions: [tool({ name: 'look_up', execute: () => 'found' })] });
  for (const run of await playInAll({ agent, steps })) {
    const answers = run.trace.events.filter((event) => event.type === 'model-response');
    expect(answers.map((answer) => answer.usage)).toEqual([usage, undefined]);
  }
});

test('latencyMs adds no delay in any play mode', async () => {
  for (const run of await playInAll({
    agent: new Agent(),
    steps: [user('hi'), say('ok', { latencyMs: 10_000_000 })],
  }))
    expect(run.passed).toBe(true);
});

test('the model gets the same request in every play mode', async () => {
  const seen: string[] = [];
  const steps = [
    user('Grüße 🤖'),
    (request: object) => {
      seen.push(JSON.stringify(request));
      return say('ok');
    },
  ];
  await playInAll({ agent: triage, steps });
  expect(seen).toHaveLength(4);
  expect(new Set(seen).size).toBe(1);
});

test.sequential.for(overHttp)('the global fetch is not called, $name', async (way) => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('It was asked.')));
  expect(messagesOf(await playIn(way, refund))).toEqual([]);
});

test.sequential.for(overHttp)('environment variables of the client are ignored, $name', async (way) => {
  for (const [name, value] of Object.entries({
    OPENAI_API_KEY: 'secret',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_ORG_ID: 'org',
    OPENAI_PROJECT_ID: 'project',
    OPENAI_LOG: 'debug',
  }))
    vi.stubEnv(name, value);
  expect(messagesOf(await playIn(way, refund))).toEqual([]);
});

test.sequential.for(overHttp)('a scenario plays in a browser environment, too, $name', async (way) => {
  vi.stubGlobal('window', { document: {} });
  vi.stubGlobal('navigator', { userAgent: 'a page' });
  expect(messagesOf(await playIn(way, refund))).toEqual([]);
});

test.for(overHttp)('concurrent scenarios do not mix, $name', async (way) => {
  const runs = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      playIn(way, {
        agent: triage,
        steps: [
          user(`refund ${index}`),
          callTool('transfer_to_refunds'),
          callTool('issue_refund', { orderId: `A-${index}` }),
          say(`done ${index}`),
        ],
        expect: { finalMessage: `done ${index}` },
      }),
    ),
  );
  for (const [index, run] of runs.entries()) {
    expect(messagesOf(run)).toEqual([]);
    expect(run.trace.toolCalls.at(-1)?.content).toBe(`refunded A-${index}`);
  }
});

test('an unknown transport is refused, with the known ones', async () => {
  await expect(runScenario(refund, { transport: 'htpp' as 'http' })).rejects.toThrow(
    'The transport "htpp" is unknown. Use "in-process" or "http".',
  );
});
