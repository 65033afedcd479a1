/** Handoffs among agents with replayed tools: they lead to copies, and the original agents do not change. */
import { expect, test } from 'vitest';
import { Agent, Result, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import { callTool, callTools, replayProvider, replayTools, say } from 'swarmcheck/testing';
import { toolContents } from '../../support/runs.ts';
import { Folder } from '../folder.ts';
import { record, user } from '../replay/tapes.ts';
import { recordRun, runAgain, running, ways } from './recorded.ts';

/** Two agents that hand off to each other, with tools that count their runs. */
function pair() {
  const counts = { left: 0, right: 0, moves: 0 };
  const right = new Agent({ name: 'Right', instructions: 'Be right.' });
  const left: Agent = new Agent({
    name: 'Left',
    functions: [
      function work_left() {
        return `left ${++counts.left}`;
      },
      function to_right() {
        counts.moves++;
        return right;
      },
    ],
  });
  right.functions = [
    tool({ name: 'work_right', execute: async () => `right ${++counts.right}` }),
    tool({
      name: 'to_left',
      execute: async (_args, { contextVariables }) => {
        counts.moves++;
        contextVariables['visits'] = ((contextVariables['visits'] as number) ?? 0) + 1;
        return new Result({ value: 'Go back.', agent: left, contextVariables: { from: 'Right' } });
      },
    }),
  ];
  return { left, right, counts };
}

const around = [
  callTool('work_left'),
  callTool('to_right'),
  callTool('work_right'),
  callTool('to_left'),
  callTool('work_left'),
  callTool('to_right'),
  say('Done.'),
];

test.for(ways)('handoffs in a cycle lead to the same agents, and no other tool runs, %s', async ([, run]) => {
  using folder = new Folder();
  const first = await record(folder.file(), around, run(pair().left));
  const { left, right, counts } = pair();
  using provider = replayProvider(folder.file());
  const second = await run(replayTools(left, folder.file(), 'replay'))(provider);
  expect(second.messages).toEqual(first.messages);
  expect(second.contextVariables).toEqual({ visits: 1, from: 'Right' });
  expect(counts).toEqual({ left: 0, right: 0, moves: 3 });
  expect(second.agent?.name).toBe('Right');
  expect(second.agent).not.toBe(right);
});

test('with "verify", every tool runs', async () => {
  using folder = new Folder();
  const first = await recordRun(folder, pair().left, around);
  const { left, counts } = pair();
  const second = await runAgain(folder, left, 'verify');
  expect(second.messages).toEqual(first.messages);
  expect(second.contextVariables).toEqual({ visits: 1, from: 'Right' });
  expect(counts).toEqual({ left: 2, right: 1, moves: 3 });
});

test('an agent that is reached twice is one copy', async () => {
  using folder = new Folder();
  await recordRun(folder, pair().left, [...around.slice(0, 4), say('Done.')]);
  const copy = replayTools(pair().left, folder.file(), 'replay');
  using provider = replayProvider(folder.file());
  const { agent } = await running(copy)(provider);
  expect(agent).toBe(copy);
});

test('the original agents are not changed', async () => {
  using folder = new Folder();
  await recordRun(folder, pair().left, around);
  const { left, right } = pair();
  for (const agent of [left, right]) {
    Object.freeze(agent.functions);
    Object.freeze(agent);
  }
  const fields = () =>
    [left, right].map((agent) => ({
      ...Object.fromEntries(Object.entries(agent)),
      functions: [...agent.functions],
    }));
  const before = fields();
  await runAgain(folder, left, 'replay');
  await runAgain(folder, left, 'verify');
  expect(fields()).toEqual(before);
});

test('the model is offered the same tools', async () => {
  using folder = new Folder();
  await recordRun(folder, pair().left, around);
  await runAgain(folder, pair().left, 'replay', {}, ({ summary }) => {
    expect(summary).toEqual({ served: 7, exact: 7, drifted: 0, unused: 0 });
  });
});

test('functions that an agent gets after it was copied, but before it is reached, are replayed as well', async () => {
  using folder = new Folder();
  await recordRun(folder, pair().left, around);
  const { left, right, counts } = pair();
  const { functions } = right;
  right.functions = [];
  const agent = replayTools(left, folder.file(), 'replay');
  right.functions = functions;
  using provider = replayProvider(folder.file());
  await running(agent)(provider);
  expect(counts).toMatchObject({ left: 0, right: 0 });
});

test('the last of several handoffs in one answer wins, as in the recording', async () => {
  using folder = new Folder();
  const branching = () => {
    const { left } = pair();
    const other = new Agent({ name: 'Other' });
    left.functions = [
      ...left.functions,
      function to_other() {
        return other;
      },
    ];
    return left;
  };
  const steps = [
    callTools([callTool('to_right'), callTool('work_left'), callTool('to_other')]),
    say('Done.'),
  ];
  const first = await recordRun(folder, branching(), steps);
  const second = await runAgain(folder, branching(), 'replay');
  expect(first.agent?.name).toBe('Other');
  expect(second.agent?.name).toBe('Other');
  expect(second.messages).toEqual(first.messages);
});

test('a tool that hands off to another agent than recorded, or to none, is an error', async ({ expect }) => {
  using folder = new Folder();
  await recordRun(folder, pair().left, [callTool('to_right'), say('Done.')]);
  const answers: unknown[] = [];
  for (const target of [new Agent({ name: 'Elsewhere' }), 'nowhere']) {
    const { left } = pair();
    left.functions = [
      left.functions[0]!,
      function to_right() {
        return target;
      },
    ];
    using provider = replayProvider(folder.file(), { onMismatch: 'ignore' });
    const agent = replayTools(left, folder.file(), 'replay');
    answers.push(...toolContents(await running(agent)(provider)));
  }
  expect(answers).toMatchInlineSnapshot(`
    [
      "Error: Tool to_right failed: It handed off to "Right" when this was recorded, and now hands off to "Elsewhere".",
      "Error: Tool to_right failed: It handed off to "Right" when this was recorded, and now does not hand off.",
    ]
  `);
});

test('the next run continues with the copy that the last handoff led to', async () => {
  using folder = new Folder();
  const twice = async (provider: CompletionProvider, agent: Agent) => {
    const swarm = new Swarm({ provider });
    const first = await swarm.run({ agent, messages: [user('Please.')] });
    const messages = [user('Please.'), ...first.messages, user('And now?')];
    return await swarm.run({ agent: first.agent, messages });
  };
  const steps = [callTool('to_right'), say('Here.'), callTool('work_right'), say('Done.')];
  const first = await record(folder.file(), steps, (provider) => twice(provider, pair().left));
  const { left, counts } = pair();
  using provider = replayProvider(folder.file());
  const second = await twice(provider, replayTools(left, folder.file(), 'replay'));
  expect(second.messages).toEqual(first.messages);
  expect(counts.right).toBe(0);
});

test('the tools of one cassette do not answer in a run of another', async () => {
  using folder = new Folder();
  await recordRun(folder, pair().left, [callTool('work_left'), say('Done.')]);
  folder.write(folder.read(), 'other.json');
  using provider = replayProvider(folder.file(), { onMismatch: 'ignore' });
  const agent = replayTools(pair().left, folder.file('other.json'), 'replay');
  const [content] = toolContents(await running(agent)(provider));
  expect(content).toContain('Use one cassette for both.');
});
