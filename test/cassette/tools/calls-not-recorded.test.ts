/**
 * Calls without a result in the cassette: they are answered with an error that says so, and no tool runs instead.
 */
import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import {
  callTool,
  callTools,
  cassetteProvider,
  replayTools,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { toolContents } from '../../support/runs.ts';
import { Folder } from '../folder.ts';
import { said } from '../replay/tapes.ts';
import { recordRun, running } from './recorded.ts';

/** An agent that counts the runs of its tools. */
function counted() {
  const counts = { runs: 0 };
  const count = () => `${++counts.runs}`;
  const agent = new Agent({
    functions: [tool({ name: 'work', execute: count }), tool({ name: 'rest', execute: count })],
  });
  return { agent, counts };
}

/** The results of tools in a run that a script answers instead of the cassette. */
async function answersTo(folder: Folder, steps: readonly Step[], mode: 'replay' | 'verify' = 'replay') {
  const { agent, counts } = counted();
  const provider = scriptedProvider(steps);
  const response = await running(replayTools(agent, folder.file(), mode))(provider);
  const contents = toolContents(response).map((content) => said({ message: content }, folder));
  return { contents, runs: counts.runs };
}

const recorded = [
  callTool('work', {}, { id: 'call_a' }),
  callTool('work', {}, { id: 'call_b' }),
  say('Done.'),
];

test('if another provider answers, a result is found by the id and the tool of the call', async () => {
  using folder = new Folder();
  await recordRun(folder, counted().agent, recorded);
  const swapped = [
    callTools([callTool('work', {}, { id: 'call_b' }), callTool('work', {}, { id: 'call_a' })]),
    say('Done.'),
  ];
  expect(await answersTo(folder, swapped)).toEqual({ contents: ['2', '1'], runs: 0 });
});

test('a call with another id, or of another tool, has no result', async ({ expect }) => {
  using folder = new Folder();
  await recordRun(folder, counted().agent, recorded);
  const calls = callTools([callTool('work', {}, { id: 'call_c' }), callTool('rest', {}, { id: 'call_a' })]);
  const { contents, runs } = await answersTo(folder, [calls, say('Done.')]);
  expect(runs).toBe(0);
  expect(contents).toMatchInlineSnapshot(`
    [
      "Error: Tool work failed: …/c.json has no result of the call "call_c" of this tool. Replay the model's answers from the same cassette: replayProvider(…).",
      "Error: Tool rest failed: …/c.json has no result of the call "call_a" of this tool. Replay the model's answers from the same cassette: replayProvider(…).",
    ]
  `);
});

test('an id with two different results is not answered', async () => {
  using folder = new Folder();
  const again = callTool('work', {}, { id: 'call_same' });
  await recordRun(folder, counted().agent, [again, again, say('Done.')]);
  const { contents, runs } = await answersTo(folder, [again, say('Done.')]);
  expect(runs).toBe(0);
  expect(contents[0]).toContain('has several results of the call "call_same" of this tool');
});

test('an id with equal results is answered', async () => {
  using folder = new Folder();
  const same = new Agent({ functions: [tool({ name: 'work', execute: () => 'same' })] });
  const again = callTool('work', {}, { id: 'call_same' });
  await recordRun(folder, same, [again, again, say('Done.')]);
  expect(await answersTo(folder, [again, say('Done.')])).toEqual({ contents: ['same'], runs: 0 });
});

test('a call beyond the recording has no result', async () => {
  using folder = new Folder();
  await recordRun(folder, counted().agent, [callTool('work'), say('Done.')]);
  folder.change(({ lanes }) => lanes[0]!.interactions.pop());
  const { agent, counts } = counted();
  const live = scriptedProvider([callTool('rest'), say('Done.')]);
  await using provider = cassetteProvider(live, { cassette: folder.file(), mode: 'missing' });
  const response = await running(replayTools(agent, folder.file(), 'replay'))(provider);
  const [first, second] = toolContents(response);
  expect(first).toBe('1');
  expect(second).toContain('has no result of call 1 of interaction 2, which is of this tool. Record again.');
  expect(counts.runs).toBe(0);
});

test('a result that was removed from the file is an error', async () => {
  using folder = new Folder();
  await recordRun(folder, counted().agent, recorded);
  folder.change(({ lanes }) => delete lanes[0]!.interactions[0]!.results);
  const { contents, runs } = await answersTo(folder, [recorded[0]!, say('Done.')]);
  expect(runs).toBe(0);
  expect(contents[0]).toContain(
    'has no result of call 1 of interaction 1, which is of this tool. Record again.',
  );
});

test('the cassette is read when the agent is copied, and later changes of the file do not matter', async () => {
  using folder = new Folder();
  await recordRun(folder, counted().agent, recorded);
  const { agent } = counted();
  const copy = replayTools(agent, folder.file(), 'replay');
  folder.write('');
  const response = await running(copy)(scriptedProvider(recorded));
  expect(toolContents(response)).toEqual(['1', '2']);
});
