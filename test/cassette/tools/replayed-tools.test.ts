/** Tools in the mode "replay": they do not run, and give their recorded results. */
import { expect, test } from 'vitest';
import { Agent, Result, tool, type AgentFunction } from 'swarmcheck';
import { callTool, callTools, replayProvider, replayTools, say } from 'swarmcheck/testing';
import { toolContents } from '../../support/runs.ts';
import { Folder } from '../folder.ts';
import { record } from '../replay/tapes.ts';
import { recordRun, runAgain, ways } from './recorded.ts';

/** Ways in which a tool may end, with the text of its result. */
const outcomes: [string, () => unknown, string][] = [
  ['a text', () => 'twelve\norders', 'twelve\norders'],
  ['an empty text', () => '', ''],
  ['nothing', () => undefined, ''],
  ['a number', () => 12, '12'],
  ['an object', () => ({ orders: [{ id: 'A-17' }], none: null }), '{"orders":[{"id":"A-17"}],"none":null}'],
  ['a Result', () => new Result({ value: 'twelve' }), 'twelve'],
  ['a promise', () => Promise.resolve({ orders: 12 }), '{"orders":12}'],
  [
    'an error',
    () => {
      throw new Error('The database is down.');
    },
    'Error: Tool work failed: The database is down.',
  ],
  ['a rejection', () => Promise.reject(new RangeError('secret')), 'Error: Tool work failed: RangeError'],
  [
    'a value that cannot be sent',
    () => 12n,
    'Error: Tool work ran, but returned a bigint, which cannot be sent as text.',
  ],
];

/** An agent with a tool that counts its runs. */
function counted(execute: () => unknown): { agent: Agent; runs: () => number } {
  let count = 0;
  const work = tool({
    name: 'work',
    execute: () => {
      count++;
      return execute();
    },
  });
  return { agent: new Agent({ functions: [work] }), runs: () => count };
}

test.for(outcomes)(
  'a recorded result is replayed without running the tool: %s',
  async ([, execute, content]) => {
    using folder = new Folder();
    const { agent, runs } = counted(execute);
    const first = await recordRun(folder, agent, [callTool('work'), say('Done.')]);
    const second = await runAgain(folder, agent, 'replay');
    expect(toolContents(second)).toEqual([content]);
    expect(second.messages).toEqual(first.messages);
    expect(runs()).toBe(1);
  },
);

test.for(ways)('the result of a plain function is replayed as well, %s', async ([, run]) => {
  using folder = new Folder();
  let count = 0;
  const agent = new Agent({
    functions: [
      async function count_orders(contextVariables) {
        contextVariables['seen'] = ++count;
        return `${count} orders`;
      },
    ],
  });
  const contextVariables = { seen: 0 };
  const settings = { contextVariables };
  const first = await record(folder.file(), [callTool('count_orders'), say('Done.')], run(agent, settings));
  using provider = replayProvider(folder.file());
  const second = await run(replayTools(agent, folder.file(), 'replay'), settings)(provider);
  expect(second.messages).toEqual(first.messages);
  expect(second.contextVariables).toEqual({ seen: 1 });
  expect(count).toBe(1);
});

test('a tool that would fail now gives its recorded result', async () => {
  using folder = new Folder();
  const buy = (execute: (args: unknown) => unknown) =>
    new Agent({
      functions: [
        tool({
          name: 'buy',
          parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
          execute,
        }),
      ],
    });
  const steps = [callTool('buy', { item: 'hat' }), say('Bought.')];
  await recordRun(
    folder,
    buy(() => 'bought'),
    steps,
  );
  const offline = buy(() => {
    throw new Error('There is no shop here.');
  });
  expect(toolContents(await runAgain(folder, offline, 'replay'))).toEqual(['bought']);
});

test('calls that reached no tool are answered as in the recording', async () => {
  using folder = new Folder();
  const { agent, runs } = counted(() => 'twelve');
  const calls = callTools([
    callTool('missing', {}, { hallucinated: true }),
    callTool('work', { more: 1 }, { hallucinated: true }),
    callTool('work', 'no JSON', { hallucinated: true }),
  ]);
  const first = await recordRun(folder, agent, [calls, say('Done.')]);
  const ran = runs();
  const second = await runAgain(folder, agent, 'replay');
  expect(second.messages).toEqual(first.messages);
  expect(toolContents(second)[0]).toMatch(/^Error: Tool missing not found\./);
  expect(runs()).toBe(ran);
});

/** How tools change the context variables. */
const changes: [string, AgentFunction[], object][] = [
  [
    'sets some in a Result',
    [tool({ name: 'work', execute: () => new Result({ value: '', contextVariables: { a: [1], b: null } }) })],
    { a: [1], b: null, kept: true },
  ],
  [
    'sets one in place',
    [
      tool({
        name: 'work',
        execute: (_args, { contextVariables }) => void (contextVariables['a'] = { b: 'c' }),
      }),
    ],
    { a: { b: 'c' }, kept: true },
  ],
  [
    'changes a nested value',
    [
      tool({
        name: 'work',
        execute: (_args, { contextVariables }) => void (contextVariables['a'] as number[]).push(1),
      }),
    ],
    { a: [0, 1], kept: true },
  ],
  [
    'deletes one',
    [tool({ name: 'work', execute: (_args, { contextVariables }) => String(delete contextVariables['a']) })],
    { kept: true },
  ],
  [
    'sets one before it throws',
    [
      tool({
        name: 'work',
        execute: (_args, { contextVariables }) => {
          contextVariables['a'] = 'tried';
          throw new Error('no');
        },
      }),
    ],
    { a: 'tried', kept: true },
  ],
];

test.for(changes)(
  'the context variables end as in the recording if a tool %s',
  async ([, functions, expected]) => {
    using folder = new Folder();
    const instructions = (context: object) => `Known: ${JSON.stringify(context)}`;
    const agent = new Agent({ functions, instructions });
    const settings = () => ({ contextVariables: { a: [0], kept: true } });
    const first = await recordRun(folder, agent, [callTool('work'), say('Done.')], settings());
    expect(first.contextVariables).toEqual(expected);
    const idle = new Agent({ instructions, functions: [tool({ name: 'work', execute: () => 'not run' })] });
    const second = await runAgain(folder, idle, 'replay', settings());
    expect(second.contextVariables).toEqual(expected);
    expect(second.messages).toEqual(first.messages);
  },
);

test('a context variable that is not JSON is replayed as its JSON', async () => {
  using folder = new Folder();
  const at = new Date('2026-11-27T08:00:00Z');
  const work = tool({ name: 'work', execute: () => new Result({ value: '', contextVariables: { at } }) });
  const agent = new Agent({ functions: [work] });
  await recordRun(folder, agent, [callTool('work'), say('Done.')]);
  const { contextVariables } = await runAgain(folder, agent, 'replay');
  expect(contextVariables).toEqual({ at: '2026-11-27T08:00:00.000Z' });
});

test('the given context variables are not changed', async () => {
  using folder = new Folder();
  const work = tool({ name: 'work', execute: () => new Result({ value: '', contextVariables: { a: 1 } }) });
  const agent = new Agent({ functions: [work] });
  await recordRun(folder, agent, [callTool('work'), say('Done.')]);
  const contextVariables = {};
  await runAgain(folder, agent, 'replay', { contextVariables });
  expect(contextVariables).toEqual({});
});
