/**
 * Tools in the mode "verify": they run, their results are compared with the recording, and the conversation continues
 * with the recorded results.
 */
import { expect, test } from 'vitest';
import { Agent, Result, tool, type AgentFunction, type Response } from 'swarmcheck';
import {
  callTool,
  callTools,
  CassetteMismatchError,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { toolContents } from '../../support/runs.ts';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { said } from '../replay/tapes.ts';
import { recordRun, runAgain, running } from './recorded.ts';

const agentWith = (...functions: AgentFunction[]) => new Agent({ functions });
const working = (execute: () => unknown, name = 'work') => tool({ name, execute });

/** The mismatch of a tool whose result is not the recorded one. */
async function verify(
  folder: Folder,
  before: () => unknown,
  now: () => unknown,
): Promise<CassetteMismatchError> {
  await recordRun(folder, agentWith(working(before)), [callTool('work'), say('Done.')]);
  const error = await rejection(runAgain(folder, agentWith(working(now)), 'verify'));
  expect(error).toBeInstanceOf(CassetteMismatchError);
  return error as CassetteMismatchError;
}

test('a changed result is reported with its tool, its place and its diff', async ({ expect }) => {
  using folder = new Folder();
  const error = await verify(
    folder,
    () => 'one\ntwo\nthree',
    () => 'one\n2\nthree',
  );
  expect(error.drift).toMatchInlineSnapshot(`
    [
      {
        "at": 3,
        "diff": " one
    -two
    +2
     three",
        "name": "work",
        "part": "history",
      },
    ]
  `);
  expect(said(error, folder)).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 2).
    The result of the tool "work" changed, at message 3:
       one
      -two
      +2
       three
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/tools/verified-tools.test.ts"
  `);
});

const throwing = (message: string) => () => {
  throw new Error(message);
};

/** Changes of a result that are drift. */
const differences: [string, () => unknown, () => unknown][] = [
  ['another object', () => ({ status: 'paid' }), () => ({ status: 'open' })],
  ['an error in place of an answer', () => 'paid', throwing('down')],
  ['an answer in place of an error', throwing('down'), () => 'paid'],
  ['another error', throwing('down'), throwing('up')],
  ['a rejection', () => 'paid', async () => await Promise.reject(new Error('down'))],
  ['a value that cannot be sent', () => 'paid', () => 1n],
  ['nothing', () => 'paid', () => undefined],
  ['a handoff in place of an answer', () => 'paid', () => new Agent({ name: 'Other' })],
];

test.for(differences)('a changed result is drift: %s', async ([, before, now]) => {
  using folder = new Folder();
  const { drift } = await verify(folder, before, now);
  expect(drift).toMatchObject([{ part: 'history', name: 'work', at: 3 }]);
});

/** Changes of a tool that are not drift. */
const equal: [string, () => unknown, () => unknown][] = [
  ['a promise of the answer', () => 'paid', async () => 'paid'],
  ['a Result with the answer', () => 'paid', () => new Result({ value: 'paid' })],
  ['the same error', throwing('down'), async () => throwing('down')()],
  ['an object with its keys in another order', () => ({ a: 1, b: 2 }), () => ({ b: 2, a: 1 })],
  ['a text with another point in time', () => 'at 2026-11-27T08:00:00Z', () => 'at 2027-01-02T10:11:12Z'],
];

test.for(equal)('this change of a tool is not drift: %s', async ([, before, now]) => {
  using folder = new Folder();
  const first = await recordRun(folder, agentWith(working(before)), [callTool('work'), say('Done.')]);
  const second = await runAgain(folder, agentWith(working(now)), 'verify');
  expect(second.messages).toEqual(first.messages);
});

test('every tool runs, once for each call', async () => {
  using folder = new Folder();
  let count = 0;
  const agent = agentWith(working(() => `${++count % 2}`));
  await recordRun(folder, agent, [callTools([callTool('work'), callTool('work')]), say('Done.')]);
  await runAgain(folder, agent, 'verify');
  expect(count).toBe(4);
});

/** Replays the run, and ignores its drift. */
async function inSpite(folder: Folder, agent: Agent): Promise<{ response: Response; drifted: number }> {
  const provider = replayProvider(folder.file(), { onMismatch: 'ignore' });
  const response = await running(replayTools(agent, folder.file(), 'verify'))(provider);
  return { response, drifted: provider.summary.drifted };
}

test('the conversation continues with the recorded results', async () => {
  using folder = new Folder();
  const steps = [callTool('work'), callTool('work'), say('Done.')];
  const first = await recordRun(folder, agentWith(working(() => 'paid')), steps);
  const { response, drifted } = await inSpite(folder, agentWith(working(() => 'open')));
  expect(response.messages).toEqual(first.messages);
  expect(drifted).toBe(2);
});

test('each changed result of several calls in one answer is reported with its place', async () => {
  using folder = new Folder();
  const steps = [callTools([callTool('one'), callTool('two'), callTool('three')]), say('Done.')];
  const agent = (values: readonly string[]) =>
    agentWith(...['one', 'two', 'three'].map((name, index) => working(() => values[index], name)));
  await recordRun(folder, agent(['1', '2', '3']), steps);
  const error = await rejection(runAgain(folder, agent(['1', 'II', 'III']), 'verify'));
  expect((error as CassetteMismatchError).drift).toMatchObject([
    { name: 'two', at: 4, diff: '-2\n+II' },
    { name: 'three', at: 5, diff: '-3\n+III' },
  ]);
});

test('a changed result after the last request is reported at the end', async () => {
  using folder = new Folder();
  const settings = { maxTurns: 1 };
  const steps = [callTool('work')];
  await recordRun(folder, agentWith(working(() => 'paid')), steps, settings);
  const agent = agentWith(working(() => 'open'));
  const provider = replayProvider(folder.file());
  await running(replayTools(agent, folder.file(), 'verify'), settings)(provider);
  expect(thrown(() => provider.assertComplete())).toMatchObject({
    drift: [{ part: 'history', name: 'work' }],
  });
});

test('recorded changes to the context replace the new ones of a verified tool', async () => {
  using folder = new Folder();
  const agent = (paid: number) =>
    agentWith(working(() => new Result({ value: 'paid', contextVariables: { paid } })));
  await recordRun(folder, agent(1), [callTool('work'), say('Done.')]);
  const { contextVariables } = await runAgain(folder, agent(2), 'verify');
  expect(contextVariables).toEqual({ paid: 1 });
});

test('if no cassette answers the run, a tool with a changed result fails', async () => {
  using folder = new Folder();
  const steps = [callTool('work', {}, { id: 'call_a' }), say('Done.')];
  await recordRun(folder, agentWith(working(() => 'paid')), steps);
  const agent = replayTools(agentWith(working(() => 'open')), folder.file(), 'verify');
  const response = await running(agent)(scriptedProvider(steps));
  expect(toolContents(response)[0]).toMatch(
    /^Error: Tool work failed: Its answer differs from the recorded one .*\n-paid\n\+open$/s,
  );
});
