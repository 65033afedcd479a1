import { beforeAll, expect, test } from 'vitest';
import { runVitest, type TestOutcome } from '../support/run-vitest.ts';

const source = `
import { afterEach, expect } from 'vitest';
import { callTool, say, ScriptExhaustedError } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';

const request = { model: 'm', messages: [] };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('plays all', async ({ script }) => { await script([say('a')]).complete(request); });
test('leaves some', ({ script }) => { script([say('left over')]); });
test('makes no script', ({ script }) => { expect(script).toBeTypeOf('function'); });
test('has no script', () => {});
test('fails itself and leaves some', ({ script }) => { script([say('a')]); throw new Error('its own failure'); });
test('fails softly and leaves some', ({ script }) => { script([say('a')]); expect.soft(1, 'its own failure').toBe(2); });
test('leaves some of the second', async ({ script }) => { await script([say('a')]).complete(request); script([say('of the second')]); });
test('asks too much', async ({ script }) => { await script([]).complete(request); });
const quietly = (promise) => promise.catch(() => 'sorry');
test('swallows a request beyond the script', async ({ script }) => { await quietly(script([]).complete(request)); });
test('swallows a call that was not offered', async ({ script }) => { script([say('of the first')]); await quietly(script([callTool('ghost'), say('a')]).complete(request)); });
test('takes what it expects', async ({ script }) => {
  const provider = script([]);
  await quietly(provider.complete(request));
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptExhaustedError);
});
test('fails because the app swallowed it', async ({ script }) => { expect(await quietly(script([]).complete(request))).toBe('done'); });
test('fails with it as a cause', async ({ script }) => { await script([]).complete(request).catch((cause) => { throw new Error('no answer', { cause }); }); });
test.fails('is meant to leave some', ({ script }) => { script([say('a')]); });
test.for([1, 2])('case %i', async (number, { script }) => { const provider = script([say('case')]); if (number === 1) await provider.complete(request); });
let attempts = 0;
test('leaves some at first, and is retried', { retry: 1 }, async ({ script }) => {
  const provider = script([say('a')]);
  if (attempts++ > 0) await provider.complete(request);
});

test.concurrent('concurrent, plays all', async ({ script }) => { const provider = script([say('a')]); await turn(); await turn(); await provider.complete(request); });
test.concurrent('concurrent, leaves some', async ({ script }) => { script([say('left over by one of many')]); await turn(); });
test.concurrent('concurrent, plays all too', async ({ script }) => { const provider = script([say('a')]); await turn(); await turn(); await turn(); await provider.complete(request); });
test.concurrent('concurrent, fails itself and leaves some', async ({ script }) => { script([say('a')]); await turn(); throw new Error('its own failure'); });
`;

let outcomes: Map<string, TestOutcome>;

beforeAll(async () => {
  outcomes = await runVitest(source);
}, 60_000);

/** The status of a test, and the text of each failure without its stack. */
function outcomeOf(name: string): [status: string | undefined, failures: string[] | undefined] {
  const outcome = outcomes.get(name);
  return [outcome?.status, outcome?.failures.map((message) => message.split('\n    at ')[0]!)];
}

test.for([
  'plays all',
  'makes no script',
  'has no script',
  'case 1',
  'takes what it expects',
  'concurrent, plays all',
  'concurrent, plays all too',
])('the test passes: %s', (name) => {
  expect(outcomeOf(name)).toEqual(['passed', []]);
});

test('steps left over fail the test at its end', () => {
  const [status, failures] = outcomeOf('leaves some');
  expect(status).toBe('failed');
  expect(failures?.[0]).toMatch(
    /^ScriptNotFinishedError: The script was not played to its end: 1 step is left over/,
  );
  expect(failures?.[0]).toMatch('say("left over")');
});

test('steps left over are reported once', () => {
  expect(outcomeOf('leaves some')[1]).toHaveLength(1);
});

test('steps left over by any script of a test fail the test', () => {
  const [status, failures] = outcomeOf('leaves some of the second');
  expect(status).toBe('failed');
  expect(failures?.[0]).toMatch('say("of the second")');
});

test('steps left over fail only the case of a test.for that left them', () => {
  expect(outcomeOf('case 2')[0]).toBe('failed');
});

test.for([
  'fails itself and leaves some',
  'fails softly and leaves some',
  'concurrent, fails itself and leaves some',
])('a failure of the test itself is the only error reported: %s', (name) => {
  const [status, failures] = outcomeOf(name);
  expect(status).toBe('failed');
  expect(failures).toEqual([expect.stringContaining('its own failure')]);
});

test('a request beyond the script is the only error reported', () => {
  expect(outcomeOf('asks too much')).toEqual([
    'failed',
    [expect.stringMatching(/^ScriptExhaustedError: Completion 1 was requested/)],
  ]);
});

test('of concurrent tests, only the one that left steps over fails', () => {
  const [status, failures] = outcomeOf('concurrent, leaves some');
  expect(status).toBe('failed');
  expect(failures?.[0]).toMatch('say("left over by one of many")');
});

test('a test.fails passes because of steps left over', () => {
  expect(outcomeOf('is meant to leave some')[0]).toBe('passed');
});

test('a test that is retried passes if the second try leaves no steps over', () => {
  expect(outcomeOf('leaves some at first, and is retried')[0]).toBe('passed');
});

test.for([
  ['swallows a request beyond the script', /^ScriptExhaustedError: Completion 1 was requested/],
  ['swallows a call that was not offered', /^ScriptMistakeError: Step 1 .* calls the tool "ghost"/],
] as const)(
  'a request that did not fit fails the test, even if the app caught the error: %s',
  ([name, first]) => {
    expect(outcomeOf(name)).toEqual(['failed', [expect.stringMatching(first)]]);
  },
);

test('a failed test also shows the error that the app caught, as its probable cause', () => {
  expect(outcomeOf('fails because the app swallowed it')[1]).toEqual([
    expect.stringMatching(/^AssertionError: expected 'sorry' to be 'done'/),
    expect.stringMatching(/^ScriptExhaustedError/),
  ]);
});

test('an error that a failed test shows already, as a cause, is not repeated', () => {
  expect(outcomeOf('fails with it as a cause')[1]).toEqual([expect.stringMatching(/^Error: no answer/)]);
});
