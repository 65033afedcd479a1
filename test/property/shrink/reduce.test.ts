import {
  callTool,
  callTools,
  modelFails,
  refuse,
  say,
  scriptedProvider,
  user,
  type Step,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { reduceBy } from '../../../src/property/shrink/reduce.ts';
import { isWhole, reduce } from '../../../src/property/shrink/simpler-steps.ts';

const callsIn = (steps: readonly Step[]) =>
  steps.flatMap((step) => (typeof step === 'object' && 'calls' in step ? (step.calls ?? []) : []));
const callsOf = (steps: readonly Step[], tool: string) => callsIn(steps).filter((call) => call.tool === tool);

/** Twenty steps, with a call of `wanted` in the middle. */
const long: Step[] = [
  user('I want my money back, and quickly.'),
  callTools([callTool('look_up', { orderId: 'A-17', deep: [1, 2, 3] }), callTool('search', { q: 'x' })]),
  callTool('search', '{"q":', { say: 'one moment' }),
  callTool(
    'look_up',
    { orderId: 'B' },
    { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
  ),
  say('Which order?'),
  user('A-17'),
  user('the blue one'),
  callTool('look_up', { orderId: 'A-17' }, { id: 'a' }),
  callTools([
    callTool('search', { q: 'y' }, { id: 'a' }),
    callTool('wanted', { amount: 250, note: 'now, please' }),
  ]),
  callTool('search', { q: 'z' }, { latencyMs: 20 }),
  refuse('I will not.'),
  user('why?'),
  callTool('nobody', { x: 1 }, { hallucinated: true }),
  callTool('search', { q: 'zz' }),
  say('Because.', { finishReason: 'length' }),
  user('Again.'),
  modelFails({ kind: 'status', status: 429, retryAfterMs: 100 }),
  user('And again.'),
  callTool('search', { q: 'a' }),
  say('Done.'),
];

test('twenty steps shrink to one call', async () => {
  let tries = 0;
  const smallest = await reduce(long, (steps) => {
    tries++;
    return callsOf(steps, 'wanted').length > 0;
  });
  expect(smallest).toEqual([user('hi'), callTool('wanted'), say('ok')]);
  expect(tries).toBeLessThan(150);
});

test('numbers shrink to the first that fails, and texts to the shortest', async () => {
  const smallest = await reduce(long, (steps) =>
    callsOf(steps, 'wanted').some(({ args }) => {
      const { amount, note } = (args ?? {}) as { amount?: number; note?: string };
      return (amount ?? 0) > 100 && (note ?? '').length >= 3;
    }),
  );
  expect(callsIn(smallest)).toEqual([{ tool: 'wanted', args: { amount: 101, note: 'aaa' } }]);
});

test('two calls that matter keep their order, in two turns', async () => {
  const smallest = await reduce(long, (steps) => {
    const tools = callsIn(steps).map(({ tool }) => tool);
    return tools.includes('wanted') && tools.indexOf('nobody') > tools.indexOf('wanted');
  });
  expect(smallest).toEqual([user('hi'), callTool('wanted'), callTool('nobody'), say('ok')]);
});

test('an id that occurs twice shrinks to a short one', async () => {
  const smallest = await reduce(long, (steps) => {
    const ids = callsIn(steps).flatMap(({ id }) => id ?? []);
    return new Set(ids).size < ids.length;
  });
  expect(smallest).toEqual([
    user('hi'),
    callTool('look_up', undefined, { id: 'x' }),
    callTool('search', undefined, { id: 'x' }),
    say('ok'),
  ]);
});

test('arguments that are not JSON become as short as possible', async () => {
  const smallest = await reduce(long, (steps) =>
    callsIn(steps).some(({ rawArgs }) => rawArgs !== undefined && rawArgs.includes('{')),
  );
  expect(callsIn(smallest)).toEqual([{ tool: 'search', rawArgs: '{' }]);
});

test('a run that fails is kept if it matters, with the simplest fault', async () => {
  const smallest = await reduce(long, (steps) =>
    steps.some((step) => typeof step === 'object' && 'fault' in step),
  );
  expect(smallest).toEqual([user('hi'), modelFails({ kind: 'status', status: 500 })]);
});

test('every script that is tried is well-formed, and has an end', async () => {
  const tried: Step[][] = [];
  await reduce(long, (steps) => {
    tried.push(steps);
    return callsOf(steps, 'search').length >= 2;
  });
  expect(tried.filter((steps) => !isWhole(steps))).toEqual([]);
});

test('a script without an end may shrink to a script without an end', async () => {
  const steps = [user('hello'), callTool('a'), callTool('b')];
  expect(await reduce(steps, (some) => callsOf(some, 'a').length > 0)).toEqual([callTool('a')]);
});

test('an answer that is cut off is never cut after its end', async () => {
  const steps = [user('hello'), say('a long answer', { fault: { kind: 'cut', afterChunks: 3, by: 'end' } })];
  const smallest = await reduce(steps, (some) => {
    // Throws if a step is malformed.
    scriptedProvider(some);
    return JSON.stringify(some).includes('cut');
  });
  expect(smallest).toEqual([user('hi'), say('ok', { fault: { kind: 'cut', afterChunks: 0, by: 'end' } })]);
});

test('the key "__proto__" is kept like any other key', async () => {
  const args = JSON.parse('{"__proto__":{"constructor":5},"other":1}') as object;
  const steps = [user('hello'), callTool('a', args), say('bye')];
  const smallest = await reduce(steps, (some) => JSON.stringify(some).includes('__proto__'));
  expect(JSON.stringify(callsIn(smallest)[0]!.args)).toBe('{"__proto__":{}}');
});

test('huge texts shrink to the part that matters', async () => {
  const steps = [
    user('x'.repeat(50_000)),
    callTool('a', { text: 'é'.repeat(20_000) }),
    say('y'.repeat(50_000)),
  ];
  const smallest = await reduce(steps, (some) => JSON.stringify(some).includes('éé'));
  expect(smallest).toEqual([user('hi'), callTool('a', { text: 'éé' }), say('ok')]);
});

test('the same script and the same verdicts lead to the same tries', async () => {
  const triesOf = async () => {
    const tries: string[] = [];
    await reduce(long, (steps) => {
      tries.push(JSON.stringify(steps));
      return callsIn(steps).length > 2;
    });
    return tries;
  };
  expect(await triesOf()).toEqual(await triesOf());
});

test('the given script is not changed', async () => {
  const before = JSON.stringify(long);
  await reduce(long, (steps) => steps.length > 4);
  expect(JSON.stringify(long)).toBe(before);
});

test('shrinking stops at its limit, with the best script so far', async () => {
  let tries = 0;
  const smallest = await reduce(
    long,
    () => {
      tries++;
      return true;
    },
    { tries: 3 },
  );
  expect(tries).toBe(3);
  expect(smallest.length).toBeLessThan(long.length);
});

test('shrinking stops when it is aborted', async () => {
  const controller = new AbortController();
  const smallest = await reduceBy(
    100,
    (value) => [value - 1],
    (value) => {
      if (value === 90) controller.abort();
      return value >= 0;
    },
    { signal: controller.signal },
  );
  expect(smallest).toBe(90);
});

test('a value of any kind can be shrunk', async () => {
  const smaller = (value: string) =>
    Array.from(value, (_letter, index) => value.slice(0, index) + value.slice(index + 1));
  expect(await reduceBy('axbxc', smaller, (value) => value.includes('a') && value.includes('c'))).toBe('ac');
});
