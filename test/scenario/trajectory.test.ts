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

/** "a b" is a turn that calls a and b; '-' a turn without calls, which ends the run. */
function stepsOf(turns: string[]): Step[] {
  const steps = turns.map((turn) => {
    if (turn === '-') return say('ok');
    return callTools(turn.split(' ').map((name) => callTool(name)) as [CallStep]);
  });
  return [user('x'), ...steps.flatMap((step) => ('say' in step ? [step, user('y')] : [step])), say('done')];
}

/** Whether a run that calls tools turn by turn meets a trajectory. */
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

test('a list is these calls, in this order, and nothing else', async () => {
  expect(await meets(['a', 'b'], ['a', 'b'])).toBe(true);
  expect(await meets(['a', 'b'], ['b', 'a'])).toBe(false);
  expect(await meets(['a', 'b'], ['a'])).toBe(false);
  expect(await meets(['a'], ['a', 'b'])).toBe(false);
  expect(await meets(['a', 'a'], ['a'])).toBe(false);
});

test('an empty list is no calls at all', async () => {
  expect(await meets([], [])).toBe(true);
  expect(await meets(['a'], [])).toBe(false);
});

test('a list does not care about turns', async () => {
  expect(await meets(['a b'], ['a', 'b'])).toBe(true);
});

test('a list reaches over all runs', async () => {
  expect(await meets(['a', '-', 'b'], ['a', 'b'])).toBe(true);
});

test('a sequence is a list', async () => {
  expect(await meets(['a', 'b'], { sequence: ['a', 'b'] })).toBe(true);
  expect(await meets(['a', 'b', 'c'], { sequence: ['a', 'b'] })).toBe(false);
});

test('with allowOthers others may stand before, between and behind', async () => {
  expect(await meets(['c', 'a', 'c', 'b', 'c'], { sequence: ['a', 'b'], allowOthers: true })).toBe(true);
  expect(await meets(['b', 'c', 'a'], { sequence: ['a', 'b'], allowOthers: true })).toBe(false);
});

test('with allowOthers an empty sequence is met by anything', async () => {
  expect(await meets(['a', 'b'], { sequence: [], allowOthers: true })).toBe(true);
});

test('allowOthers: false is as if nothing were said', async () => {
  expect(await meets(['a', 'c'], { sequence: ['a'], allowOthers: false })).toBe(false);
});

test('one call is not taken for two', async () => {
  expect(await meets(['a'], { sequence: ['a', 'a'], allowOthers: true })).toBe(false);
});

test('never forbids a call, wherever it stands', async () => {
  expect(await meets(['a', 'd'], { sequence: ['a'], allowOthers: true, never: ['d'] })).toBe(false);
  expect(await meets(['a', 'b'], { sequence: ['a'], allowOthers: true, never: ['d'] })).toBe(true);
});

test('never forbids a call that is expected, too', async () => {
  expect(await meets(['a'], { sequence: ['a'], never: ['a'] })).toBe(false);
});

test('never forbids by arguments', async () => {
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

test('a turn is exactly one whole turn, in order', async () => {
  expect(await meets(['a b'], [{ turn: ['a', 'b'] }])).toBe(true);
  expect(await meets(['a b'], [{ turn: ['b', 'a'] }])).toBe(false);
  expect(await meets(['a', 'b'], [{ turn: ['a', 'b'] }])).toBe(false);
  expect(await meets(['a b c'], [{ turn: ['a', 'b'] }, 'c'])).toBe(false);
  expect(await meets(['a b c'], ['a', { turn: ['b', 'c'] }])).toBe(false);
  expect(await meets(['a b'], [{ turn: ['a'] }, { turn: ['b'] }])).toBe(false);
});

test('a turn is whole with allowOthers, too', async () => {
  expect(await meets(['c', 'a b', 'c'], { sequence: [{ turn: ['a', 'b'] }], allowOthers: true })).toBe(true);
  expect(await meets(['a b c'], { sequence: [{ turn: ['a', 'b'] }], allowOthers: true })).toBe(false);
});

test('turns of the same number in two runs are two turns', async () => {
  expect(await meets(['a', '-', 'b'], [{ turn: ['a'] }, { turn: ['b'] }])).toBe(true);
  expect(await meets(['a', '-', 'b'], [{ turn: ['a', 'b'] }])).toBe(false);
});

test('any order is these calls next to each other', async () => {
  expect(await meets(['a', 'b', 'c'], [{ anyOrder: ['c', 'a', 'b'] }])).toBe(true);
  expect(await meets(['a b', 'c'], [{ anyOrder: ['c', 'b', 'a'] }])).toBe(true);
  expect(await meets(['a', 'c', 'b'], [{ anyOrder: ['a', 'b'] }, 'c'])).toBe(false);
  expect(await meets(['a', 'a'], [{ anyOrder: ['a', 'b'] }])).toBe(false);
});

test('any order with allowOthers lets others stand between', async () => {
  expect(await meets(['b', 'c', 'a'], { sequence: [{ anyOrder: ['a', 'b'] }], allowOthers: true })).toBe(
    true,
  );
  expect(await meets(['b', 'c'], { sequence: [{ anyOrder: ['a', 'b'] }], allowOthers: true })).toBe(false);
});

test('args are exact', async () => {
  const calls = [callTool('a', { x: 1, y: { z: [1] } })];
  expect(await meets(calls, [{ tool: 'a', args: { y: { z: [1] }, x: 1 } }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', args: { x: 1 } }])).toBe(false);
  expect(await meets(calls, [{ tool: 'a', args: {} }])).toBe(false);
});

test('args of {} are those of a call without any', async () => {
  expect(await meets([callTool('a')], [{ tool: 'a', args: {} }])).toBe(true);
});

test('argsContain is partial, at every depth', async () => {
  const calls = [callTool('a', { x: 1, y: { z: [{ id: 1, n: 2 }], w: 3 } })];
  expect(await meets(calls, [{ tool: 'a', argsContain: { y: { z: [{ id: 1 }] } } }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: {} }])).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: { y: { z: [] } } }])).toBe(false);
});

test('args and argsContain hold both', async () => {
  const calls = [callTool('a', { x: 1 })];
  expect(await meets(calls, [{ tool: 'a', args: { x: 1 }, argsContain: { x: 2 } }])).toBe(false);
});

test('asymmetric matchers stand for values', async () => {
  const calls = [callTool('a', { id: 'A-17', list: [1, 'x'] })];
  expect(
    await meets(calls, [
      { tool: 'a', args: { id: expect.stringMatching(/^A-/), list: [1, expect.any(String)] } },
    ]),
  ).toBe(true);
  expect(await meets(calls, [{ tool: 'a', argsContain: { id: expect.any(Number) } }])).toBe(false);
});

test('a call that failed is a call', async () => {
  expect(await meets([callTool('nothing', {}, { hallucinated: true })], ['nothing'])).toBe(true);
  expect(await meets([callTool('a', '{')], [{ tool: 'a', args: {} }])).toBe(false);
});

test('calls that are pending after an interruption count', async () => {
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
    'the first that fits leaves none for the exact one',
    ['a', 'a b'],
    { sequence: ['a', { turn: ['a', 'b'] }], allowOthers: true },
  ],
  [
    'a turn is taken before a single call that would fit into it',
    ['a b', 'a'],
    { sequence: [{ turn: ['a', 'b'] }, 'a'], allowOthers: true },
  ],
  [
    'a call waits for its turn',
    ['a', 'b', 'a b'],
    { sequence: ['a', { turn: ['a', 'b'] }], allowOthers: true },
  ],
  [
    'calls in any order end as early as they can',
    ['a', 'b', 'a', 'b'],
    { sequence: [{ anyOrder: ['b', 'a'] }, 'a', 'b'], allowOthers: true },
  ],
  [
    'two groups in any order share what fits both',
    ['a', 'b', 'b', 'a'],
    [{ anyOrder: ['b', 'a'] }, { anyOrder: ['a', 'b'] }],
  ],
])('what is found first is not always what fits: %s', async ([, turns, trajectory]) => {
  expect(await meets(turns, trajectory)).toBe(true);
});

test('within any order the one that fits more leaves the one that fits less', async () => {
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
