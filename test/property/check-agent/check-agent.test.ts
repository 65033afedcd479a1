import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, runScenario, say, user, type ScenarioRun } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { shownPath } from '../../../src/files/path.ts';
import { readFailure } from '../../../src/property/check-agent/saved-failure.ts';
import { factsOfMistake } from '../../support/facts-of.ts';
import { messageOf } from '../../support/failures.ts';
import { check, Failures, refunds, triage, verifiedFirst } from './desk.ts';

const always = { 'verified first': verifiedFirst };

const bothAtOnce = callTools([
  callTool('verify_identity', { code: 0 }),
  callTool('issue_refund', { orderId: '' }),
]);

test('agents that keep the invariants pass, and the report has the numbers of the check', async () => {
  using failures = new Failures();
  const report = await failures.check(triage, {
    runs: 50,
    sometimes: {
      'a handoff': ({ trace }) => trace.handoffs.length > 0,
      'any run': () => true,
    },
  });
  expect(report).toEqual({
    runs: 50,
    seed: 1,
    saved: 0,
    sometimes: { 'a handoff': expect.any(Number), 'any run': 50 },
    coverage: expect.objectContaining({ missing: [] }),
  });
  expect(report.sometimes['a handoff']).toBeGreaterThan(10);
  expect(failures.files).toEqual([]);
});

test('by default a check makes 200 runs with seed 1, 20 turns and a time limit of 1 s', async () => {
  const runs: ScenarioRun[] = [];
  const report = await check(new Agent(), { always: { 'is a run': (run) => void runs.push(run) } });
  expect(report).toMatchObject({ runs: 200, seed: 1 });
  expect(runs).toHaveLength(200);
  expect(runs[0]!.scenario).toMatchObject({ maxTurns: 20, timeoutMs: 1000 });
});

test('the same seed plays the same scripts, and another seed plays others', async () => {
  const scriptsOf = async (seed: number) => {
    const scripts: unknown[] = [];
    await check(triage, {
      runs: 30,
      seed,
      always: { kept: ({ scenario }) => void scripts.push(scenario.steps) },
    });
    return JSON.stringify(scripts);
  };
  expect(await scriptsOf(7)).toBe(await scriptsOf(7));
  expect(await scriptsOf(7)).not.toBe(await scriptsOf(8));
});

test('a bug of business logic is found, and shrunk to a script of three steps', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(refunds, { always });
  expect(error.steps).toEqual([user('hi'), bothAtOnce, say('ok')]);
  expect(error).toMatchObject({
    seed: 1,
    invariant: 'verified first',
    file: join(failures.folder, failures.files[0]!),
  });
  expect(error.cause).toBeInstanceOf(Error);
});

test('the message says which invariant broke, by which script, where it is saved, and how to play it again', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(triage, { always, seed: 3 });
  expect(failures.shown(error)).toMatchInlineSnapshot(`
    ""verified first" was broken: a refund in turn 2, and nobody was verified before it
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: verify_identity({"code":0}) → passed
        turn 2  Refunds: issue_refund({"orderId":""}) → refunded 
        turn 2  context: sets {"verification":"passed"}
        turn 3  Refunds: says "ok"
        ended: completed
    Smallest script (4 of … steps, saved to failures/triage-a95909cb.json):
      user('hi'),
      callTool('transfer_to_refunds'),
      callTools([callTool('verify_identity', { code: 0 }), callTool('issue_refund', { orderId: '' })]),
      say('ok'),
    Again:
      npx swarmcheck run 'failures/triage-a95909cb.json#<module>#<export>'
      checkAgent(agent, { seed: 3, path: '…' })"
  `);
  expect(error.source).toMatchInlineSnapshot(`
    "import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
    // import { triage } from './…';

    export default defineScenario({
      name: 'Triage: verified first',
      agent: triage,
      maxTurns: 20,
      steps: [
        user('hi'),
        callTool('transfer_to_refunds'),
        callTools([callTool('verify_identity', { code: 0 }), callTool('issue_refund', { orderId: '' })]),
        say('ok'),
      ],
      check(run) {
        // Assert the invariant here: expect(run)… from Vitest, or assert(…).
        throw new Error('Add an assertion for: verified first');
      },
    });
    "
  `);
});

test('the source imports the agent from the module in which the command line found it', async () => {
  using failures = new Failures();
  const tools = { look_up: 'found' };
  const contextVariables = { user: 'Ann', apiKey: 'abc', db: new Map() };
  const error = await failures.failureOf(
    refunds,
    { always, tools, contextVariables },
    { agentName: 'src/desk.ts#refunds' },
  );
  expect(failures.shown(error)).toContain(
    `npx swarmcheck run failures/${failures.files[0]}#src/desk.ts#refunds`,
  );
  expect(failures.shown(error)).toContain(
    'These contextVariables were not saved: "apiKey" (possibly a secret), "db" (not JSON).',
  );
  expect(error.source).toMatchInlineSnapshot(`
    "import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
    import { refunds } from './src/desk.ts';

    export default defineScenario({
      name: 'Refunds: verified first',
      agent: refunds,
      contextVariables: { user: 'Ann' },
      // Add these to the contextVariables: "apiKey" (possibly a secret), "db" (not JSON).
      tools: { look_up: 'found' },
      maxTurns: 20,
      steps: [
        user('hi'),
        callTools([callTool('verify_identity', { code: 0 }), callTool('issue_refund', { orderId: '' })]),
        say('ok'),
      ],
      check(run) {
        // Assert the invariant here: expect(run)… from Vitest, or assert(…).
        throw new Error('Add an assertion for: verified first');
      },
    });
    "
  `);
  expect(readFailure(error.file!)).toMatchObject({
    agent: 'src/desk.ts#refunds',
    maxTurns: 20,
    contextVariables: { user: 'Ann' },
    steps: error.steps,
  });
  expect(readFileSync(error.file!, 'utf8')).not.toContain('abc');
});

test('the seed and path of a failure play only its script', async () => {
  using failures = new Failures();
  const { seed, path, steps } = await failures.failureOf(triage, { always });
  using others = new Failures();
  let runs = 0;
  const again = await others.failureOf(triage, { always, seed, path }, { onProgress: () => runs++ });
  expect(again).toMatchObject({ seed, path, steps });
  expect(runs).toBe(1);
});

test('a path whose script no longer fails passes, and `sometimes` does not apply to it', async () => {
  using failures = new Failures();
  const found = await failures.failureOf(triage, { always });
  const path = found.path.split(':').slice(0, 2).join(':');
  let runs = 0;
  const sometimes = { never: () => ++runs < 0 };
  expect(await failures.check(triage, { path, sometimes })).toMatchObject({ runs: 1, saved: 0 });
  expect(runs).toBe(1);
});

test('a path that leads to no script is a mistake', async () => {
  expect(await messageOf(() => check(triage, { path: '0:999999:0' }))).toMatch(
    /^The path '0:999999:0' does not lead to a script\. .* Leave the path out to search again\.$/,
  );
});

test('a saved failure is played first, and reported at once', async () => {
  using failures = new Failures();
  const { file, steps } = await failures.failureOf(triage, { always });
  let generated = 0;
  const error = await failures.failureOf(triage, { always, seed: 2 }, { onProgress: () => generated++ });
  expect(error).toMatchObject({ file, steps, invariant: 'verified first', seed: 1 });
  expect(generated).toBe(0);
  expect(failures.shown(error)).toMatchInlineSnapshot(`
    ""verified first" is still broken by the saved failure failures/triage-a95909cb.json: a refund in turn 2, and nobody was verified before it
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: verify_identity({"code":0}) → passed
        turn 2  Refunds: issue_refund({"orderId":""}) → refunded 
        turn 2  context: sets {"verification":"passed"}
        turn 3  Refunds: says "ok"
        ended: completed
    The script (4 steps):
      user('hi'),
      callTool('transfer_to_refunds'),
      callTools([callTool('verify_identity', { code: 0 }), callTool('issue_refund', { orderId: '' })]),
      say('ok'),
    Again:
      npx swarmcheck run 'failures/triage-a95909cb.json#<module>#<export>'
    Saved failures are played first. If the script may break this invariant from now on, remove the file."
  `);
});

test('a saved failure that no longer fails is kept, and counted', async () => {
  using failures = new Failures();
  const { file } = await failures.failureOf(triage, { always });
  expect(await failures.check(triage, { runs: 5 })).toMatchObject({ runs: 5, saved: 1 });
  expect(failures.files).toHaveLength(1);
  expect(readFailure(file!).invariant).toBe('verified first');
});

test('the run of a saved failure does not count for `sometimes`', async () => {
  using failures = new Failures();
  await failures.failureOf(triage, { always });
  const sometimes = {
    'nothing but both at once': ({ trace }: ScenarioRun) =>
      trace.toolCalls.map(({ tool: name, turn }) => `${name} ${turn}`).join() ===
      'transfer_to_refunds 1,verify_identity 2,issue_refund 2',
  };
  const error = await failures.failureOf(triage, { runs: 3, sometimes });
  expect(error.invariant).toBe('nothing but both at once');
});

test('saved failures of other names are not played', async () => {
  using failures = new Failures();
  await failures.failureOf(triage, { always, name: 'mine' });
  const plays = async (name: string) => {
    const played: string[] = [];
    const note = ({ trace }: ScenarioRun) =>
      void played.push(trace.toolCalls.map(({ tool: called, turn }) => `${called} ${turn}`).join());
    const { saved } = await failures.check(triage, { runs: 5, name, always: { 'verified first': note } });
    return [saved, played.includes('transfer_to_refunds 1,verify_identity 2,issue_refund 2')];
  };
  expect(await plays('mine')).toEqual([1, true]);
  expect(await plays('yours')).toEqual([0, false]);
});

test('a damaged saved failure stops the check', async () => {
  using failures = new Failures();
  const { file } = await failures.failureOf(triage, { always });
  writeFileSync(file!, '{');
  expect(await factsOfMistake(() => failures.check(triage))).toEqual({
    error: 'SavedFailureError',
    file: shownPath(file!),
    line: 1,
  });
});

test('a failure that cannot be saved is reported all the same', async () => {
  using failures = new Failures();
  const { path } = await failures.failureOf(triage, { always });
  const blocked = join(failures.folder, 'file');
  writeFileSync(blocked, '');
  const inner = join(blocked, 'inner');
  const error = await failures.failureOf(triage, { always, path, failures: inner });
  expect(error.file).toBeUndefined();
  expect(error.message).toContain('The failure could not be saved: a part of its path is a file.');
  expect(error.message).not.toContain('npx');
  await expect(failures.check(triage, { failures: inner })).rejects.toThrow(
    'The folder cannot be read: a part of its path is a file.',
  );
});

test('the message of a failure is saved without secrets, and without the part "What happened"', async () => {
  using failures = new Failures();
  const { message, file } = await failures.failureOf(new Agent(), {
    always: {
      mine() {
        throw new Error('asked with Bearer abcdefgh12345678\nWhat happened:\n  too much');
      },
    },
  });
  expect(message).toContain('abcdefgh12345678');
  expect(readFailure(file!).message).toBe('asked with Bearer <token>');
});

test('the steps of a failure, played as a scenario, break the invariant again', async () => {
  using failures = new Failures();
  const { steps } = await failures.failureOf(triage, { always });
  const run = await runScenario({ agent: triage, steps });
  expect(run.passed).toBe(true);
  expect(() => verifiedFirst(run)).toThrow('nobody was verified');
});

test('the invariant that broke first is reported, even if another one breaks while shrinking', async () => {
  using failures = new Failures();
  let hasBroken = false;
  const error = await failures.failureOf(triage, {
    invariants: 'none',
    always: {
      'short scripts': ({ scenario }) => {
        hasBroken ||= scenario.steps.length >= 6;
        return scenario.steps.length < 6;
      },
      'breaks from then on': () => !hasBroken,
    },
  });
  expect(error.message).toMatch(/^"short scripts" was broken: /);
  expect(error.steps).toHaveLength(6);
});

test.each([
  ['false', () => false, 'it does not hold (the invariant returned false)'],
  ['a promise of false', () => Promise.resolve(false), 'it does not hold (the invariant returned false)'],
  ['a rejection', () => Promise.reject(new Error('not yet')), 'not yet'],
  [
    'an error',
    () => {
      throw new RangeError('too much');
    },
    'too much',
  ],
  [
    'an error without a message',
    () => {
      throw new TypeError();
    },
    'it threw an error without a message (TypeError)',
  ],
  [
    'a string',
    () => {
      throw 'words';
    },
    'it threw "words"',
  ],
  [
    'undefined',
    () => {
      throw undefined;
    },
    'it threw undefined',
  ],
  [
    'an object',
    () => {
      throw { code: 7 };
    },
    'it threw {"code":7}',
  ],
])('an invariant fails with %s', async (_what, invariant, words) => {
  using failures = new Failures();
  const error = await failures.failureOf(new Agent(), { always: { mine: invariant } });
  expect(error.message).toMatch(/^"mine" was broken: /);
  expect(error.message).toContain(words);
  expect(error.steps).toEqual([user('hi'), say('ok')]);
});

test.each([0, '', null, Promise.resolve('wrong')])(
  'an invariant that returns %s fails, because that is neither true nor false',
  async (given) => {
    using failures = new Failures();
    const always = { mine: (() => given) as () => void };
    const error = await failures.failureOf(new Agent(), { runs: 3, always });
    expect(error.message).toContain('An invariant must return true, false or undefined, or throw.');
  },
);

test.each([undefined, true, Promise.resolve(undefined), Promise.resolve(true)])(
  'an invariant that returns %s holds',
  async (given) => {
    const invariant = (() => given) as () => void;
    expect(await check(new Agent(), { runs: 3, always: { mine: invariant } })).toMatchObject({ runs: 3 });
  },
);

test('an invariant that never settles fails at the time limit', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(new Agent(), {
    always: { mine: () => new Promise<void>(() => {}) },
    timeoutMs: 20,
  });
  expect(error.message).toContain('The invariant "mine" was stopped after 20 ms, waiting for its promise.');
});

test('the part "What happened" appears once, even if a matcher has it in its message', async () => {
  using failures = new Failures();
  const invariant = (run: ScenarioRun) => void expect(run).toHaveStoppedBecause('interrupted');
  await import('swarmcheck/vitest');
  const { message } = await failures.failureOf(new Agent(), { always: { mine: invariant } });
  expect(message.match(/What happened:/g)).toHaveLength(1);
});

test('a matcher in an invariant does not judge a run whose script did not fit', async () => {
  await import('swarmcheck/vitest');
  // With this limit most runs leave steps over, which is not a failure.
  const invariant = (run: ScenarioRun) => void expect(run).not.toHaveToolResult('look_up', 'no such result');
  const options = { maxTurns: 1, invariants: 'none', runs: 100, always: { mine: invariant } } as const;
  let leftover = 0;
  const sometimes = {
    'steps are left over': ({ failures }: ScenarioRun) => failures.length > 0 && ++leftover > 0,
  };
  await check(refunds, { ...options, sometimes });
  expect(leftover).toBeGreaterThan(10);
});

test('the invariants of the run loop are checked in each run', async () => {
  const agent = new Agent({
    functions: [
      function empty() {
        return agentWithoutInstructions;
      },
    ],
  });
  const agentWithoutInstructions: Agent = new Agent({
    name: 'Broken',
    instructions: () => {
      throw new Error('no instructions');
    },
  });
  using failures = new Failures();
  const error = await failures.failureOf(agent);
  expect(error.invariant).toBe('only-the-model-fails-a-run');
  expect(error.message.split('\n')[0]).toMatch(
    /^"only-the-model-fails-a-run" was broken: run 1: .*no instructions/,
  );
  expect(error.steps).toEqual([user('hi'), callTool('empty'), say('ok')]);
  expect(await failures.check(agent, { invariants: 'none', name: 'other', runs: 20 })).toMatchObject({
    runs: 20,
  });
  expect(
    await failures.check(agent, { invariants: ['every-call-answered-once'], name: 'other', runs: 20 }),
  ).toMatchObject({ runs: 20 });
});

test('a `sometimes` that never happens is a failure', async () => {
  using failures = new Failures();
  const sometimes = {
    'a call': ({ trace }: ScenarioRun) => trace.toolCalls.length > 0,
    'a refund of a million': () => false,
    'a blue moon': () => false,
  };
  const error = await failures.failureOf(triage, { sometimes, runs: 20 });
  expect(error).toMatchObject({
    invariant: 'a refund of a million',
    steps: [],
    path: '',
    source: '',
    file: undefined,
  });
  expect(error.message).toMatchInlineSnapshot(`
    ""a refund of a million", "a blue moon" never happened in 20 runs, so the invariants that depend on it were not tested.
    Raise runs (for example to 100), check that "features" does not switch off a feature that it needs, and check that its function returns true when it happens.
    The agents and tools that the model could reach:
      Triage: transfer_to_refunds, search
      Refunds: verify_identity, issue_refund, look_up, back_to_triage"
  `);
  expect(failures.files).toEqual([]);
});

test('a `sometimes` that throws is a failure with its message', async () => {
  using failures = new Failures();
  const sometimes = {
    mine: () => {
      throw new Error('undefined is no run');
    },
  };
  const error = await failures.failureOf(triage, { sometimes });
  expect(error.message).toMatch(/^"mine" was broken: undefined is no run\n/);
});

test('a `sometimes` that returns a promise is a failure, because a promise is always true', async () => {
  using failures = new Failures();
  const sometimes = { mine: (() => Promise.resolve(false)) as unknown as () => boolean };
  const error = await failures.failureOf(triage, { sometimes });
  expect(error.message).toContain('it returned a Promise, which would count as true.');
});

test('a feature that is off does not happen', async () => {
  let unknown = 0;
  await check(triage, {
    features: { 'unknown-tool': false },
    always: {
      counted: ({ trace }) =>
        void (unknown += trace.toolCalls.filter(({ error }) => error === 'unknown-tool').length),
    },
  });
  expect(unknown).toBe(0);
});

test('a failure of an agent with a hostile name is saved, and found again', async () => {
  using failures = new Failures();
  const agent = new Agent({ name: '../../etc/\0passwd\n"quoted"' });
  const invariant = { mine: () => false };
  const error = await failures.failureOf(agent, { always: invariant });
  expect(failures.files).toEqual([expect.stringMatching(/^etc-passwd-quoted-[\da-f]{8}\.json$/)]);
  expect(error.source).toContain('// import { etcPasswdQuoted } from');
  expect((await failures.failureOf(agent, { always: invariant })).message).toContain('by the saved failure');
});

test('a check stops when its time is up', async () => {
  const slow = new Agent({ instructions: () => new Promise((resolve) => setTimeout(resolve, 5, 'Slowly.')) });
  const report = await check(slow, { runs: 100_000, maxDurationMs: 200 });
  expect(report.runs).toBeGreaterThan(0);
  expect(report.runs).toBeLessThan(100);
});

test('a check stops when its time is up, even if no run ever waits', async () => {
  const report = await check(new Agent(), { runs: 1_000_000, maxDurationMs: 50 });
  expect(report.runs).toBeGreaterThan(0);
  expect(report.runs).toBeLessThan(1_000_000);
});

test('an app that hangs is found, however short the time of the check is', async () => {
  using failures = new Failures();
  const functions = ['one', 'other', 'third'].map((name) =>
    tool({ name, execute: () => new Promise<string>(() => {}) }),
  );
  const error = await failures.failureOf(new Agent({ functions }), { maxDurationMs: 1, timeoutMs: 100 });
  expect(error.invariant).toBe('ends-in-time');
});

test('a run that hangs is stopped, and is a failure', async () => {
  using failures = new Failures();
  const agent = new Agent({
    functions: [tool({ name: 'hang', execute: () => new Promise<string>(() => {}) })],
  });
  const error = await failures.failureOf(agent, { timeoutMs: 20, invariants: 'none' });
  expect(error.invariant).toBe('ends-in-time');
  expect(error.message.split('\n')[0]).toBe(
    '"ends-in-time" was broken: The scenario was stopped after 20 ms, waiting for the tool "hang" (turn 1). Make sure that this ends in time, or raise timeoutMs.',
  );
});

test('a stub for a tool that does not exist is a mistake', async () => {
  const called: string[] = [];
  const agent = new Agent({ functions: [tool({ name: 'pay', execute: () => called.push('pay') })] });
  expect(await messageOf(() => check(agent, { tools: { pya: 'paid' } }))).toBe(
    'The stub "pya" of checkAgent replaces no tool: none of the agents that were reached has a tool with that name. Did you mean "pay"? Their tools: pay.',
  );
  expect(called).toHaveLength(1);
  expect(await factsOfMistake(() => check(agent, { runs: 3, tools: { something_else: 'x' } }))).toEqual({
    error: 'UsageError',
    tool: 'something_else',
  });
});

test('a stub for a tool that only some arguments lead to is not a mistake', async () => {
  const hidden = new Agent({
    name: 'Hidden',
    functions: [tool({ name: 'open_safe', execute: () => 'open' })],
  });
  const agent = new Agent({
    functions: [
      tool({
        name: 'go',
        parameters: {
          type: 'object',
          properties: { to: { type: 'integer', minimum: 1, maximum: 8 } },
          required: ['to'],
        },
        execute: ({ to }) => (to === 7 ? hidden : 'nowhere'),
      }),
    ],
  });
  expect(await check(agent, { tools: { open_safe: 'stubbed' } })).toMatchObject({ runs: 200 });
});

test('a factory that does not return an agent is a mistake', async () => {
  const factory = (() => ({})) as unknown as () => Agent;
  expect(await factsOfMistake(() => check(factory))).toEqual({ error: 'NoAgentError', given: 'an object' });
});

test('a factory that returns an agent at first, and later none, is a mistake', async () => {
  let made = 0;
  const factory = () => (made++ < 3 ? new Agent() : ({} as Agent));
  expect(await factsOfMistake(() => check(factory))).toEqual({ error: 'NoAgentError', given: 'an object' });
});

test('onProgress receives the number of finished runs', async () => {
  const progress: unknown[] = [];
  using failures = new Failures();
  await failures.check(new Agent(), { runs: 3 }, { onProgress: (one) => progress.push(one) });
  expect(progress).toEqual([1, 2, 3].map((runs) => ({ runs, of: 3 })));
});
