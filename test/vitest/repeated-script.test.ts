import { beforeAll, expect, test } from 'vitest';
import { deskSource } from '../support/agents.ts';
import { runAndReadVitest, type TestOutcome } from '../support/run-vitest.ts';

const source = `
import { expect, test as plain } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { callTool, runScenario, say, traceOf, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';

${deskSource}
const messages = [{ role: 'user', content: 'hi' }];
const steps = [user('hi'), callTool('look_up'), say('Done.')];
const play = () => runScenario({ agent, steps });
const playDynamic = () => runScenario({ agent, steps: [user('hi'), () => callTool('look_up'), say('Done.')] });

test('warned: a call', async () => { expect(await play()).toHaveCalledTool('look_up'); });
test('warned: calls', async () => { expect(await play()).toHaveToolCalls(['look_up']); });
test('warned: no other call', async () => { expect(await play()).not.toHaveCalledTool('send'); });
test('warned: several, and the end', async () => {
  const run = await play();
  expect(run).toHaveCalledTool('look_up', {});
  expect(run).toHaveToolCalls(['look_up']);
  expect(run).toHaveStoppedBecause('completed');
});
test('warned: a script of the fixture', async ({ script }) => {
  const response = await new Swarm({ provider: script([callTool('look_up'), say('Done.')]) }).run({ agent, messages });
  expect(response).toHaveCalledTool('look_up');
});

test('silent: what the tool answered', async () => {
  const run = await play();
  expect(run).toHaveCalledTool('look_up');
  expect(run).toHaveToolResult('look_up', 'found');
});
test('silent: what the model was shown', async () => { expect(await play()).toHaveSeen({ agent: 'Desk' }); });
test('silent: an assertion of another kind', async () => {
  const run = await play();
  expect(run).toHaveCalledTool('look_up');
  expect(run.passed).toBe(true);
});
test('silent: a script that depends on the agent', async () => { expect(await playDynamic()).toHaveCalledTool('look_up'); });
test('silent: a provider of the user', async () => {
  const answer = (message, finish_reason) => ({ choices: [{ index: 0, message, finish_reason }] });
  const call = { id: 'c', type: 'function', function: { name: 'look_up', arguments: '{}' } };
  let asked = 0;
  const provider = { async complete() { return asked++ === 0 ? answer({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls') : answer({ role: 'assistant', content: 'Done.' }, 'stop'); } };
  expect(await new Swarm({ provider }).run({ agent, messages })).toHaveCalledTool('look_up');
});
test('silent: no assertion', async () => { await play(); });
test('silent: only how it ended', async () => { expect(await play()).toHaveStoppedBecause('completed'); });
test('silent: a test that fails', async () => { expect(await play()).toHaveCalledTool('send'); });
test.extend({ warnings: false })('silent: switched off', async () => { expect(await play()).toHaveCalledTool('look_up'); });
test.concurrent('silent: side by side, where assertions cannot be counted', async () => { expect(await play()).toHaveCalledTool('look_up'); });
plain('silent: the test of vitest itself', async () => { expect(await play()).toHaveCalledTool('look_up'); });
`;

let outcomes: Map<string, TestOutcome>;
let printed: string;

beforeAll(async () => {
  ({ outcomes, printed } = await runAndReadVitest(source));
}, 60_000);

const warned = (text: string) => [...text.matchAll(/^stderr \| a\.case\.ts > (.*)\n(.*)/gm)];

test('a test that asserts only what its script says gets one warning', () => {
  expect(warned(printed).map(([, name]) => name)).toEqual([
    'warned: a call',
    'warned: calls',
    'warned: no other call',
    'warned: several, and the end',
    'warned: a script of the fixture',
  ]);
});

test('the warning says what to assert instead, and how to turn it off', () => {
  expect(warned(printed)[0]?.[2]).toBe(
    'This test asserts only that the calls of its script were made. That is true whenever the script fits, whatever the agents do. Assert what the calls caused: toHaveToolResult, toHaveContextVariables, toHaveHandoffOrder, toHaveSeen, toHaveRecoveredFrom. (To turn this warning off, set SWARMCHECK_WARNINGS=off, or use test.extend({ warnings: false }) for some tests.)',
  );
});

test('the warning is never a failure', () => {
  const failed = [...outcomes].filter(([, { status }]) => status !== 'passed').map(([name]) => name);
  expect(failed).toEqual(['silent: a test that fails']);
});

test('SWARMCHECK_WARNINGS=off turns the warning off', async () => {
  const quiet = await runAndReadVitest(source, { environment: { SWARMCHECK_WARNINGS: 'off' } });
  expect(warned(quiet.printed)).toEqual([]);
  expect(quiet.outcomes.get('warned: a call')?.status).toBe('passed');
}, 60_000);

test('a mistyped value of SWARMCHECK_WARNINGS is an error', async () => {
  const mistyped = await runAndReadVitest(source, { environment: { SWARMCHECK_WARNINGS: 'none' } });
  expect(mistyped.outcomes.get('silent: no assertion')?.failures[0]).toContain(
    'SWARMCHECK_WARNINGS must be "on" or "off", but is "none".',
  );
}, 60_000);
