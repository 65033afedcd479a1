import { RateLimitError } from 'openai';
import { Agent } from 'swarmcheck';
import { expect, test } from 'vitest';
import {
  callTool,
  externalAgent,
  modelFails,
  runScenario,
  say,
  user,
  type Scenario,
} from 'swarmcheck/testing';
import { test as watchedTest } from 'swarmcheck/vitest';
import type { FaultSweep, SweptFault } from '../../src/sweep/fault-sweep.ts';
import { sweepFaults } from '../../src/sweep/sweep-faults.ts';
import { refundSteps, triage } from '../support/agents.ts';
import { onFakeClock } from '../support/waiting.ts';
import { refundByApp, sorryApp, streamedByApp, waitingApp } from './apps.ts';
import { factsOfMistake } from '../support/facts-of.ts';

const refund: Scenario = { name: 'refund', agent: triage, steps: refundSteps };

// Loads everything that is imported on first use: the fake clock would not wait for an import.
await sweepFaults(refund, { faults: ['reset'], transport: 'http' });
await sweepFaults(refundByApp, { faults: ['reset'] });

/** One line for each fault, such as `2 status 429: crashes`, where 2 is the number of the request. */
const told = (sweep: FaultSweep) => sweep.faults.map(line);
const line = ({ request, fault, outcome }: SweptFault) => {
  const detail = [
    'status' in fault ? fault.status : '',
    'by' in fault ? fault.by : '',
    'afterChunks' in fault ? fault.afterChunks : '',
  ];
  return `${request} ${[fault.kind, ...detail].filter((part) => part !== '').join(' ')}: ${outcome}`;
};
const endings = (sweep: FaultSweep, kind: SweptFault['fault']['kind']) =>
  sweep.faults.filter(({ fault }) => fault.kind === kind).map(({ outcome }) => outcome);

test('agents of this engine crash with the error of the model, and hang if no answer arrives', async () => {
  const sweep = await onFakeClock(() => sweepFaults(refund, { timeoutMs: 50 }));
  const ofEach = [
    'status 429: crashes',
    'status 500: crashes',
    'status 400: crashes',
    'status 401: crashes',
    'reset: crashes',
    'no-answer: hangs',
    'hung-body: hangs',
    'malformed-json: crashes',
    'html: crashes',
    'empty-choices: crashes',
    'missing-choices: crashes',
    'no-finish-reason: crashes',
    'cut error 0: crashes',
    'cut end 0: crashes',
    'bad-frame 0: crashes',
  ];
  expect(told(sweep)).toEqual([1, 2, 3].flatMap((request) => ofEach.map((one) => `${request} ${one}`)));
  expect(sweep.counts).toEqual({ 'ends-well': 0, crashes: 39, hangs: 6, 'changes-the-result': 0 });
  const [, , last] = sweep.faults.filter(({ fault }) => 'status' in fault && fault.status === 429);
  expect(last).toMatchObject({
    request: 3,
    step: 4,
    error: 'RateLimitError: 429 Scripted fault: status 429.',
  });
  expect(last!.run.error).toBeInstanceOf(RateLimitError);
  expect(last!.run.trace.toolCalls).toHaveLength(2);
});

test('a streamed answer is cut after each number of chunks, and so is every answer to an app', async () => {
  const steps = [user('x'), say('abcdefgh')];
  const agent = new Agent({ name: 'Any' });
  const sweep = await sweepFaults({ agent, steps }, { faults: ['cut', 'bad-frame'], stream: true });
  // The chunks: the role, "abc", "defgh", and the finish reason.
  const places = (words: string) => [0, 1, 2, 3].map((chunks) => `1 ${words} ${chunks}: crashes`);
  expect(told(sweep)).toEqual(['cut error', 'cut end', 'bad-frame'].flatMap(places));
  const byApp = await sweepFaults(refundByApp, { faults: ['bad-frame'] });
  expect(byApp.faults.filter(({ request }) => request === 2)).toHaveLength(4);
});

test('the outcomes over HTTP equal the outcomes in process', async () => {
  const faults = ['status', 'reset', 'hung-body', 'html', 'cut'] as const;
  const [inProcess, overHttp] = [
    await onFakeClock(() => sweepFaults(refund, { faults, timeoutMs: 50 })),
    await onFakeClock(() => sweepFaults(refund, { faults, timeoutMs: 50, transport: 'http' })),
  ];
  expect(told(overHttp)).toEqual(told(inProcess));
});

test('an app of the openai package survives the faults that its client retries', async () => {
  const sweep = await sweepFaults(refundByApp, { faults: ['status', 'reset', 'no-answer'] });
  expect(told(sweep)).toEqual(
    [1, 2].flatMap((request) => [
      `${request} status 429: ends-well`,
      `${request} status 500: ends-well`,
      `${request} status 400: crashes`,
      `${request} status 401: crashes`,
      `${request} reset: ends-well`,
      `${request} no-answer: hangs`,
    ]),
  );
  const [survived] = sweep.faults;
  expect(survived).not.toHaveProperty('error');
  expect(survived!.run.trace.requests).toHaveLength(3);
});

test('an app whose client times out and retries survives a missing answer within a longer time limit', async () => {
  const impatient = externalAgent(async ({ baseURL, apiKey, fetch, message }) => {
    const { OpenAI } = await import('openai');
    const client = new OpenAI({ baseURL, apiKey, fetch, timeout: 20, logLevel: 'off' });
    const messages = [{ role: 'user' as const, content: message }];
    const completion = await client.chat.completions.create({ model: 'gpt-4o', messages });
    return completion.choices[0]!.message.content;
  });
  const scenario = { agent: impatient, steps: [user('x'), say('ok')] };
  const sweep = await onFakeClock(() => sweepFaults(scenario, { faults: ['no-answer'], timeoutMs: 5000 }));
  expect(told(sweep)).toEqual(['1 no-answer: ends-well']);
});

test('an app that swallows errors changes the result, and the sweep says how', async () => {
  const sweep = await sweepFaults(sorryApp, { faults: ['status', 'malformed-json'] });
  expect(told(sweep)).toEqual(
    [1, 2].flatMap((request) => [
      `${request} status 429: ends-well`,
      `${request} status 500: ends-well`,
      `${request} status 400: changes-the-result`,
      `${request} status 401: changes-the-result`,
      `${request} malformed-json: changes-the-result`,
    ]),
  );
  expect(sweep.faults[2]).toMatchObject({ difference: `the app's reply is "Sorry.", not "Done."` });
});

test('if an app resolves without a text, its final message is read from the wire', async () => {
  const { respond } = sorryApp.agent as ReturnType<typeof externalAgent>;
  const silent = externalAgent(async (turn) => void (await respond(turn)));
  const sweep = await sweepFaults({ ...sorryApp, agent: silent }, { faults: ['empty-choices'] });
  expect(sweep.faults.map(({ difference }) => difference)).toEqual([
    'the final message is missing, not "Done."',
    'the final message is missing, not "Done."',
  ]);
});

test('an app that carries out a call of a damaged answer changes the result, even if its reply is the same', async () => {
  const sweep = await sweepFaults(streamedByApp, { faults: ['cut', 'no-finish-reason'] });
  const found = sweep.faults.filter(({ request }) => request === 1);
  expect(
    found
      .filter(({ difference }) => difference === 'a tool call of the damaged answer was executed')
      .map(line),
  ).toEqual([
    // With fewer chunks, the answer has no call yet.
    ...[2, 3, 4, 5, 6, 7].map((chunks) => `1 cut end ${chunks}: changes-the-result`),
    '1 no-finish-reason: changes-the-result',
  ]);
});

test('an app that waits for ever hangs', async () => {
  const sweep = await onFakeClock(() =>
    sweepFaults({ ...waitingApp, timeoutMs: 700 }, { faults: ['status'], timeoutMs: 50 }),
  );
  expect(endings(sweep, 'status')).toEqual(
    [1, 2].flatMap(() => ['ends-well', 'ends-well', 'hangs', 'hangs']),
  );
  expect(sweep.faults[2]!.error).toBe(
    'ScenarioTimeoutError: The scenario was stopped after 700 ms, waiting for the app to answer the user. Make sure that this ends in time, or raise timeoutMs.',
  );
});

test('an app that makes more requests than the script has answers changes the result', async () => {
  const { respond } = refundByApp.agent as ReturnType<typeof externalAgent>;
  const stubborn = externalAgent(async (turn) => {
    try {
      return await respond(turn);
    } catch {
      await respond(turn);
      return await respond(turn);
    }
  });
  const sweep = await sweepFaults({ ...refundByApp, agent: stubborn }, { faults: ['html'] });
  expect(sweep.faults[0]).toMatchObject({
    outcome: 'changes-the-result',
    difference: expect.stringContaining('the script no longer fits: ScriptExhaustedError') as string,
  });
});

test('hooks are called in every play', async () => {
  const agents: string[] = [];
  const hooks = { beforeModel: ({ agent }: { agent: Agent }) => void agents.push(agent.name) };
  await sweepFaults({ ...refund, hooks }, { faults: ['reset'] });
  const [first, second, third] = ['Triage', 'Refunds', 'Refunds'];
  const whole = [first, second, third];
  expect(agents).toEqual([...whole, first, first, second, ...whole, ...whole]);
});

test('a sweep of agents that keep state between plays is rejected', async () => {
  const counting = () => {
    let count = 0;
    return new Agent({
      name: 'Counter',
      functions: [
        function next() {
          return String(++count);
        },
      ],
    });
  };
  const steps = [user('x'), callTool('next'), say('ok')];
  await expect(sweepFaults({ agent: counting(), steps }, { faults: ['reset'] })).rejects.toThrow(
    /^The scenario behaves differently when it is played again without a fault at the end of the sweep: [^]*in content:\n-3\n\+1$/,
  );
  const sweep = await sweepFaults({ agent: counting, steps }, { faults: ['reset'] });
  expect(sweep.counts.crashes).toBe(2);
});

test('a sweep of a scenario that fails without any fault is rejected', async () => {
  const sweep = sweepFaults({ ...refund, expect: { agents: ['Triage'] } });
  await expect(sweep).rejects.toThrow(
    /^The scenario "refund" fails when it is played without any fault, so a sweep cannot show what faults change:\nExpected the agents Triage/,
  );
});

test('a scenario that expects a failure ends well if a fault makes it fail in the same way', async () => {
  const scenario: Scenario = {
    agent: triage,
    steps: [user('x'), modelFails({ kind: 'reset' })],
    expect: { error: { name: 'APIConnectionError' } },
  };
  const sweep = await sweepFaults(scenario, { faults: ['reset', 'html'] });
  expect(told(sweep)).toEqual(['1 reset: ends-well', '1 html: crashes']);
});

test('a step that is a function is cut before its first chunk only, and still answers a retry', async () => {
  const scenario = {
    ...refundByApp,
    steps: refundByApp.steps.map((step, index) =>
      index === 1 ? () => callTool('refund', { orderId: 'A-17' }) : step,
    ),
  };
  const sweep = await sweepFaults(scenario, { faults: ['status', 'cut'] });
  expect(told(sweep).filter((one) => one.startsWith('1'))).toEqual([
    '1 status 429: ends-well',
    '1 status 500: ends-well',
    '1 status 400: crashes',
    '1 status 401: crashes',
    '1 cut error 0: crashes',
    '1 cut end 0: crashes',
  ]);
});

test('the run of a fault can be played again from its scenario', async () => {
  const { faults } = await sweepFaults(refund, { faults: ['html'] });
  const { run } = faults[1]!;
  const again = await runScenario(run.scenario);
  expect(again.trace.hash).toBe(run.trace.hash);
});

test('the table has one line for each fault, and joins cuts with the same outcome', async () => {
  const sweep = await sweepFaults(streamedByApp, { faults: ['status', 'no-answer', 'cut'] });
  expect(`\n${String(sweep)}\n`).toMatchInlineSnapshot(`
    "
    Faults in "refund by app": 34

    request 1, for step 2: callTool('refund', { orderId: 'A-17' })
      ends well           status 429
      ends well           status 500
      crashes             status 400: BadRequestError: 400 Scripted fault: status 400.
      crashes             status 401: AuthenticationError: 401 Scripted fault: status 401.
      hangs               no-answer: after 250 ms, waiting for the app to answer the user.
      crashes             cut by error after 0 to 7 chunks: BrokenBodyError: Scripted or recorded fault: the connection was closed in the middle of the body.
      changes the result  cut by end after 0 to 1 chunks: the app's reply is "", not "Done."
      changes the result  cut by end after 2 to 7 chunks: a tool call of the damaged answer was executed

    request 2, for step 3: say('Done.')
      ends well           status 429
      ends well           status 500
      crashes             status 400: BadRequestError: 400 Scripted fault: status 400.
      crashes             status 401: AuthenticationError: 401 Scripted fault: status 401.
      hangs               no-answer: after 250 ms, waiting for the app to answer the user.
      crashes             cut by error after 0 to 3 chunks: BrokenBodyError: Scripted or recorded fault: the connection was closed in the middle of the body.
      changes the result  cut by end after 0 to 1 chunks: the app's reply is "", not "Done."
      changes the result  cut by end after 2 chunks: the app's reply is "Don", not "Done."
      ends well           cut by end after 3 chunks

    ends well: 5, crashes: 16, hangs: 2, changes the result: 11
    "
  `);
  expect(sweep.table).toBe(String(sweep));
});

test('the JSON of a sweep leaves out its runs', async () => {
  const sweep = await sweepFaults(refund, { faults: ['reset'] });
  expect(JSON.parse(JSON.stringify(sweep))).toEqual({
    version: 1,
    counts: { 'ends-well': 0, crashes: 3, hangs: 0, 'changes-the-result': 0 },
    faults: [1, 2, 3].map((request) => ({
      request,
      step: request + 1,
      fault: { kind: 'reset' },
      outcome: 'crashes',
      error: 'APIConnectionError: Connection error.',
    })),
  });
});

watchedTest('a test that sweeps does not fail if scripts are not played to their end', async () => {
  // Has no assertion: `test` of swarmcheck/vitest would fail this test by itself.
  await sweepFaults(sorryApp, { faults: ['html'] });
});

const refused: [string, Scenario | undefined, options: object, facts: object][] = [
  [
    'an unknown kind',
    refund,
    { faults: ['stat'] },
    { field: 'faults', given: 'an array of 1 item', suggestion: 'status' },
  ],
  ['no kind', refund, { faults: [] }, { field: 'faults', given: 'an array of 0 items' }],
  ['an unknown option', refund, { timeout: 5 }, { field: 'timeout', suggestion: 'timeoutMs' }],
  ['no time', refund, { timeoutMs: 0 }, { field: 'timeoutMs', given: 'the number 0' }],
  ['an unknown transport', refund, { transport: 'tcp' }, { field: 'transport', given: '"tcp"' }],
  ['a script without an answer of the model', { agent: triage, steps: [user('x')] }, {}, { field: 'steps' }],
  ['no scenario', undefined, {}, { given: 'undefined' }],
];

test.for(refused)('%s is refused', async ([, scenario, options, facts]) => {
  const error = await factsOfMistake(() => sweepFaults(scenario as Scenario, options));
  expect(error).toEqual({ error: 'UsageError', ...facts });
});
