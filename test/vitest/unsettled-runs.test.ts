import { beforeAll, expect, test } from 'vitest';
import { runAndReadVitest, type TestOutcome } from '../support/run-vitest.ts';

const source = `
import { afterEach, beforeEach, describe, expect, test as plain, vi } from 'vitest';
import { Agent, Conversation, Swarm, tool } from 'swarmcheck';
import { callTool, evaluate, judge, modelFails, runScenario, say, scriptedProvider, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const slow = tool({
  name: 'slow',
  parameters: { type: 'object', properties: {} },
  async execute() { await turn(); await turn(); return 'done'; },
});
const agent = new Agent({ name: 'Desk', functions: [slow] });
const messages = [{ role: 'user', content: 'hi' }];
const swarmOf = (steps) => new Swarm({ provider: scriptedProvider(steps) });
const quick = () => swarmOf([say('a')]).run({ agent, messages });
const long = () => swarmOf([callTool('slow'), say('a')]).run({ agent, messages });

test('a quick run', () => { quick(); });
test('a long run', () => { long(); });
test('a run beside one that is awaited', async () => { quick(); await quick(); });
test('a run that fails', () => { swarmOf([modelFails({ kind: 'reset' })]).run({ agent, messages }).catch; });
test('a scenario with a name', () => { runScenario({ name: 'a refund', agent, steps: [user('hi'), say('a')] }); });
test('a scenario without a name', () => { runScenario({ agent, steps: [user('hi'), say('a')] }); });
test('a scenario of a factory', () => { runScenario({ agent: async () => agent, steps: [user('hi'), say('a')] }); });
test('a message', () => { new Conversation({ swarm: swarmOf([say('a')]), agent }).send('hi'); });
const judged = () => scriptedProvider([say('{"reason":"x","answer":true}')]);
test('a judge', () => { judge('Is it kind?', { provider: judged() }); });
test('an evaluation', () => { evaluate(agent, [{ input: 'hi', expected: null }], { provider: judged() }); });
test('a stream that is left in the middle', async () => {
  const stream = swarmOf([say('a')]).run({ agent, messages, stream: true })[Symbol.asyncIterator]();
  await stream.next();
});
test('two runs', () => { quick(); long(); });
test('a run inside a tool', async () => {
  const outer = new Agent({ name: 'Outer', functions: [function ask() { long(); return ''; }] });
  await swarmOf([callTool('ask'), say('b')]).run({ agent: outer, messages });
});
test('a run whose end is asked for, but not awaited', () => { long().then(() => {}); });
test('with fake timers', () => { vi.useFakeTimers(); try { quick(); } finally { vi.useRealTimers(); } });
test('a failure of its own beside a run', () => { quick(); throw new Error('its own failure'); });
test('left over and not awaited', ({ script }) => { new Swarm({ provider: script([callTool('slow'), say('a')]) }).run({ agent, messages }); });
test.fails('is meant to fail', () => { quick(); });
let attempts = 0;
test('is retried', { retry: 1 }, async () => { if (attempts++ === 0) quick(); else await quick(); });

test('passes: awaited', async () => { await long(); });
test('passes: returned', () => long());
test('passes: a judge', async () => { await judge('Is it kind?', { provider: judged() }); });
test('passes: all of several', async () => { await Promise.all([quick(), long(), quick()]); });
test('passes: its end is seen in another way', async () => { quick(); await turn(); });
test('passes: a rejection that is expected', async () => { await expect(swarmOf([]).run({ agent, messages })).rejects.toThrow('requested'); });
test('passes: a stream that is read', async () => { for await (const _ of swarmOf([say('a')]).run({ agent, messages, stream: true })); });
test('passes: a stream that is left', async () => { for await (const _ of swarmOf([say('a')]).run({ agent, messages, stream: true })) break; });
test('passes: a stream that is not begun', () => { swarmOf([]).run({ agent, messages, stream: true }); });
test('passes: an aborted run', async () => {
  const controller = new AbortController();
  const run = swarmOf([modelFails({ kind: 'no-answer' })]).run({ agent, messages, signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
});
plain('passes: the test of vitest itself watches nothing', () => { quick(); });

describe('after a hook that made the fixtures', () => {
  beforeEach(({ task }) => { void task; });
  test('a run', () => { quick(); });
  test('passes: awaited', async () => { await long(); });
});

describe('side by side', () => {
  test.concurrent('a run', async () => { await turn(); long(); });
  test.concurrent('passes: awaited', async () => { await turn(); await long(); });
  test.concurrent('passes: long', async () => { await long(); await long(); });
});

describe('side by side after a hook', () => {
  beforeEach(async () => { await turn(); });
  test.concurrent('passes: first', async () => { await turn(); await long(); await turn(); await turn(); });
  test.concurrent('a run', async () => { await turn(); long(); });
  test.concurrent('passes: third', async () => { await turn(); await long(); await turn(); await turn(); });
});
`;

let outcomes: Map<string, TestOutcome>;
let printed: string;

beforeAll(async () => {
  ({ outcomes, printed } = await runAndReadVitest(source));
}, 60_000);

/** The text of each failure of a test, without its stack. */
const failuresOf = (name: string) =>
  outcomes.get(name)?.failures.map((message) => message.split('\n    at ')[0]!);

const told = (what: string) =>
  `UnsettledRunError: The test ended without waiting for ${what}. Is an "await" missing? It was started here.`;

test.for([
  ['a quick run', 'the run of the agent "Desk"'],
  ['a long run', 'the run of the agent "Desk"'],
  ['a run beside one that is awaited', 'the run of the agent "Desk"'],
  ['a run that fails', 'the run of the agent "Desk"'],
  ['a scenario with a name', 'the scenario "a refund"'],
  ['a scenario without a name', 'a scenario of the agent "Desk"'],
  ['a scenario of a factory', 'a scenario'],
  ['a message', 'a message to the agent "Desk"'],
  ['a judge', 'a judge'],
  ['an evaluation', 'an evaluation'],
  ['a stream that is left in the middle', 'the run of the agent "Desk" (a stream)'],
  ['a run inside a tool', 'the run of the agent "Desk"'],
  ['a run whose end is asked for, but not awaited', 'the run of the agent "Desk"'],
  ['with fake timers', 'the run of the agent "Desk"'],
  ['left over and not awaited', 'the run of the agent "Desk"'],
  ['after a hook that made the fixtures a run', 'the run of the agent "Desk"'],
  ['side by side a run', 'the run of the agent "Desk"'],
  ['side by side after a hook a run', 'the run of the agent "Desk"'],
] as const)('a run that is not awaited fails its test: %s', ([name, what]) => {
  expect(failuresOf(name)).toEqual([told(what)]);
});

test('several runs are reported together', () => {
  expect(failuresOf('two runs')).toEqual([
    'UnsettledRunError: The test ended without waiting for 2 runs: the run of the agent "Desk", the run of the agent "Desk". Is an "await" missing? The first was started here.',
  ]);
});

test('the line that started the run is shown', () => {
  const line = source.split('\n').findIndex((text) => text.includes('runScenario({ name:')) + 1;
  expect(printed).toMatch(new RegExp(`scenario "a refund"[^]{0,100}a\\.case\\.ts:${line}:`));
});

test('a failure of the test itself is the only error reported', () => {
  expect(failuresOf('a failure of its own beside a run')).toEqual(['Error: its own failure']);
});

test('a test.fails passes because of such a run, and a retry starts from the beginning', () => {
  expect(outcomes.get('is meant to fail')?.status).toBe('passed');
  expect(outcomes.get('is retried')?.status).toBe('passed');
});

test('a test that waits for its runs passes', () => {
  const passing = [...outcomes].filter(([name]) => name.includes('passes: '));
  expect(passing).toHaveLength(16);
  expect(passing.filter(([, { status }]) => status !== 'passed')).toEqual([]);
});
