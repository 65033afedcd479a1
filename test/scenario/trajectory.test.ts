import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import {
  callTool,
  callTools,
  runScenario,
  say,
  user,
  type CallStep,
  type Scenario,
  type Step,
  type Trajectory,
} from 'swarmcheck/testing';

const names = ['a', 'b', 'c', 'd'] as const;
const agent = new Agent({
  functions: names.map((name) =>
    tool({ name, parameters: { type: 'object', additionalProperties: true }, execute: () => 'ok' }),
  ),
});

/** "a b" is a turn that calls a and b; "-" is a turn without calls, which ends the run. */
function stepsOf(turns: string[]): Step[] {
  const steps = turns.map((turn) => {
    if (turn === '-') return say('ok');
    return callTools(turn.split(' ').map((name) => callTool(name)) as [CallStep]);
  });
  return [user('x'), ...steps.flatMap((step) => ('say' in step ? [step, user('y')] : [step])), say('done')];
}

/** Whether a run with these turns meets a trajectory. */
async function meets(
  turns: string[] | Step[],
  toolCalls: Trajectory,
  different: Partial<Scenario> = {},
): Promise<boolean> {
  const steps = turns.every((turn) => typeof turn === 'string')
    ? stepsOf(turns)
    : [user('x'), ...turns, say('done')];
  return (await runScenario({ agent, steps, expect: { toolCalls }, ...different })).passed;
}

test('a list matches exactly these calls, in this order', async () => {
  expect(await meets(['a', 'b'], ['a', 'b'])).toBe(true);
  expect(await meets(['a', 'b'], ['b', 'a'])).toBe(false);
  expect(await meets(['a', 'b'], ['a'])).toBe(false);
  expect(await meets(['a'], ['a', 'b'])).toBe(false);
  expect(await meets(['a', 'a'], ['a'])).toBe(false);
});

test('an empty list matches only a run without calls', async () => {
  expect(await meets([], [])).toBe(true);
  expect(await meets(['a'], [])).toBe(false);
});

test('a list matches calls in the same turn or in several', async () => {
  expect(await meets(['a b'], ['a', 'b'])).toBe(true);
});

test('a list covers the calls of all runs', async () => {
  expect(await meets(['a', '-', 'b'], ['a', 'b'])).toBe(true);
});

test('a sequence means the same as a list', async () => {
  expect(await meets(['a', 'b'], { sequence: ['a', 'b'] })).toBe(true);
  expect(await meets(['a', 'b', 'c'], { sequence: ['a', 'b'] })).toBe(false);
});

test('allowOthers accepts other calls before, between and after', async () => {
  expect(await meets(['c', 'a', 'c', 'b', 'c'], { sequence: ['a', 'b'], allowOthers: true })).toBe(true);
  expect(await meets(['b', 'c', 'a'], { sequence: ['a', 'b'], allowOthers: true })).toBe(false);
});

test('an empty sequence with allowOthers matches any calls', async () => {
  expect(await meets(['a', 'b'], { sequence: [], allowOthers: true })).toBe(true);
});

test('allowOthers: false is the default', async () => {
  expect(await meets(['a', 'c'], { sequence: ['a'], allowOthers: false })).toBe(false);
});

test('one call does not match two items', async () => {
  expect(await meets(['a'], { sequence: ['a', 'a'], allowOthers: true })).toBe(false);
});

test('never forbids a call at any place', async () => {
  expect(await meets(['a', 'd'], { sequence: ['a'], allowOthers: true, never: ['d'] })).toBe(false);
  expect(await meets(['a', 'b'], { sequence: ['a'], allowOthers: true, never: ['d'] })).toBe(true);
});

test('never forbids even a call that the sequence expects', async () => {
  expect(await meets(['a'], { sequence: ['a'], never: ['a'] })).toBe(false);
});

test('never can forbid a call by its arguments', async () => {
  const calls = [callTool('a', { amount: 5 }), callTool('a', { amount: 500 })];
  expect(
    await meets(calls, {
      sequence: [],
      allowOthers: true,
      never: [{ tool: 'a', argsContain: { amount: 500 } }],
    }),
  ).toBe(false);
  expect(
    await meets(calls, {
      sequence: [],
      allowOthers: true,
      never: [{ tool: 'a', argsContain: { amount: 7 } }],
    }),
  ).toBe(true);
});

test('a turn matches exactly one whole turn, in order', async () => {
  expect(await meets(['a b'], [{ turn: ['a', 'b'] }])).toBe(true);
  expect(await meets(['a b'], [{ turn: ['b', 'a'] }])).toBe(false);
  expect(await meets(['a', 'b'], [{ turn: ['a', 'b'] }])).toBe(false);
  expect(await meets(['a b c'], [{ turn: ['a', 'b'] }, 'c'])).toBe(false);
  expect(await meets(['a b c'], ['a', { turn: ['b', 'c'] }])).toBe(false);
  expect(await meets(['a b'], [{ turn: ['a'] }, { turn: ['b'] }])).toBe(false);
});

test('a turn matches only a whole turn with allowOthers, too', async () => {
  expect(await meets(['c', 'a b', 'c'], { sequence: [{ turn: ['a', 'b'] }], allowOthers: true })).toBe(true);
  expect(await meets(['a b c'], { sequence: [{ turn: ['a', 'b'] }], allowOthers: true })).toBe(false);
});

test('turns of the same number in two runs are two turns', async () => {
  expect(await meets(['a', '-', 'b'], [{ turn: ['a'] }, { turn: ['b'] }])).toBe(true);
  expect(await meets(['a', '-', 'b'], [{ turn: ['a', 'b'] }])).toBe(false);
});

test('anyOrder matches adjacent calls in any order', async () => {
  expect(await meets(['a', 'b', 'c'], [{ anyOrder: ['c', 'a', 'b'] }])).toBe(true);
  expect(await meets(['a b', 'c'], [{ anyOrder: ['c', 'b', 'a'] }])).toBe(true);
  expect(await meets(['a', 'c', 'b'], [{ anyOrder: ['a', 'b'] }, 'c'])).toBe(false);
  expect(await meets(['a', 'a'], [{ anyOrder: ['a', 'b'] }])).toBe(false);
});

test('anyOrder with allowOthers accepts other calls in between', async () => {
  expect(await meets(['b', 'c', 'a'], { sequence: [{ anyOrder: ['a', 'b'] }], allowOthers: true })).toBe(
    true,
  );
  expect(await meets(['b', 'c'], { sequence: [{ anyOrder: ['a', 'b'] }], allowOthers: true })).toBe(false);
});

test('args match exactly', async () => {
  const calls = [callTool('a', { x: 1, y: { z: [1] } })];
  expect(await meets(calls, [{ tool: 'a', args: { y: { z: [1] }, x: 1 } }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', args: { x: 1 } }])).toBe(false);
  expect(await meets(calls, [{ tool: 'a', args: {} }])).toBe(false);
});

test('args of {} match a call without arguments', async () => {
  expect(await meets([callTool('a')], [{ tool: 'a', args: {} }])).toBe(true);
});

test('argsContain matches partially, at every depth', async () => {
  const calls = [callTool('a', { x: 1, y: { z: [{ id: 1, n: 2 }], w: 3 } })];
  expect(await meets(calls, [{ tool: 'a', argsContain: { y: { z: [{ id: 1 }] } } }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: {} }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: { y: { z: [] } } }])).toBe(false);
});

test('args and argsContain must both match', async () => {
  const calls = [callTool('a', { x: 1 })];
  expect(await meets(calls, [{ tool: 'a', args: { x: 1 }, argsContain: { x: 2 } }])).toBe(false);
});

test('asymmetric matchers may replace values', async () => {
  const calls = [callTool('a', { id: 'A-17', list: [1, 'x'] })];
  expect(
    await meets(calls, [
      { tool: 'a', args: { id: expect.stringMatching(/^A-/), list: [1, expect.any(String)] } },
    ]),
  ).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: { id: expect.any(Number) } }])).toBe(false);
});

test('a failed call counts as a call', async () => {
  expect(await meets([callTool('nothing', {}, { hallucinated: true })], ['nothing'])).toBe(true);
  expect(await meets([callTool('a', '{')], [{ tool: 'a', args: {} }])).toBe(false);
});

test('the pending calls of an interruption count', async () => {
  const steps = [user('x'), callTools([callTool('a'), callTool('b')])];
  expect(
    (await runScenario({ agent, steps, executeTools: false, expect: { toolCalls: [{ turn: ['a', 'b'] }] } }))
      .passed,
  ).toBe(true);
  expect((await runScenario({ agent, steps, executeTools: false, expect: { toolCalls: [] } })).passed).toBe(
    false,
  );
});

test.for<[what: string, turns: string[], trajectory: Trajectory]>([
  [
    'a call before a turn with the same call',
    ['a', 'a b'],
    { sequence: ['a', { turn: ['a', 'b'] }], allowOthers: true },
  ],
  [
    'a turn before a single call that the turn contains, too',
    ['a b', 'a'],
    { sequence: [{ turn: ['a', 'b'] }, 'a'], allowOthers: true },
  ],
  [
    'another call between a call and a turn',
    ['a', 'b', 'a b'],
    { sequence: ['a', { turn: ['a', 'b'] }], allowOthers: true },
  ],
  [
    'calls in any order that end as early as possible',
    ['a', 'b', 'a', 'b'],
    { sequence: [{ anyOrder: ['b', 'a'] }, 'a', 'b'], allowOthers: true },
  ],
  [
    'two groups in any order that match the same calls',
    ['a', 'b', 'b', 'a'],
    [{ anyOrder: ['b', 'a'] }, { anyOrder: ['a', 'b'] }],
  ],
])('a match is found even if the first attempt does not fit: %s', async ([, turns, trajectory]) => {
  expect(await meets(turns, trajectory)).toBe(true);
});

test('within anyOrder, a broad pattern leaves the call that a narrow pattern needs', async () => {
  const calls = [callTool('a', { x: 1 }), callTool('a', { x: 2 })];
  expect(await meets(calls, [{ anyOrder: ['a', { tool: 'a', args: { x: 1 } }] }])).toBe(true);
  expect(
    await meets(calls, [
      {
        anyOrder: [
          { tool: 'a', argsContain: {} },
          { tool: 'a', args: { x: 1 } },
        ],
      },
    ]),
  ).toBe(true);
  expect(
    await meets(calls, [
      {
        anyOrder: [
          { tool: 'a', args: { x: 1 } },
          { tool: 'a', args: { x: 1 } },
        ],
      },
    ]),
  ).toBe(false);
});
