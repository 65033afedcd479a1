/** What fails a test at its end, and with which error. The tests run in a nested Vitest with the setup file. */
import { beforeAll, expect, test } from 'vitest';
import { noNetwork, runAndReadVitest, toldOf, type VitestRun } from '../support/run-vitest.ts';

const ours = `
import { once } from 'node:events';
import http, { createServer } from 'node:http';
import https, { get } from 'node:https';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { Agent, Swarm, tool } from 'swarmcheck';
import { mockModel } from 'swarmcheck/msw';
import { callTool, callTools, modelFails, say, scriptedProvider } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { beforeAll, beforeEach, describe, expect } from 'vitest';

const client = new OpenAI({ apiKey: 'none' });
const ask = () => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] });
const quietly = (promise) => promise.catch(() => {});
const textOf = async () => (await ask()).choices[0].message.content;
const nothing = (reason) => reason;

test('is answered', async ({ model }) => { model([say('a')]); await ask(); });
test('swallows a request beyond the script', async ({ model }) => { model([say('a')]); await ask(); await quietly(ask()); });
test('leaves some', ({ model }) => { model([say('left over')]); });
test('leaves some of a mock without a fixture', () => { mockModel([say('left over')]); });
test('leaves some of the first', async ({ model }) => { model([say('of the first')]); model([say('a')]); await ask(); });
test('swallows a step that throws', async ({ model }) => { model([() => { throw new Error('no step today'); }]); await quietly(ask()); });
test('swallows the Responses API', async ({ model }) => { model([]); await quietly(client.responses.create({ model: 'm', input: 'Hello?' })); });
test('disposes of its mock itself', () => { try { mockModel([say('a')])[Symbol.dispose](); } catch {} });

test('the first of two in a row', async ({ model }) => { model([say('a')]); await ask(); });
test('the second of two in a row, without a mock', async () => { await quietly(ask()); });

test('swallows a fetch', async () => { await quietly(fetch('https://api.shop.invalid/orders?id=1', { method: 'PUT' })); });
test('a blocked fetch rejects as one of a server that is not there', async () => {
  const error = await fetch('https://api.shop.invalid/').catch(nothing);
  expect([error.name, error.message, error.cause.code]).toEqual(['TypeError', 'fetch failed', 'ECONNREFUSED']);
});
test('swallows a request of https', async () => { await once(https.get('https://web.shop.invalid/orders'), 'error').catch(nothing); });
test('swallows a request of http', async () => { await once(http.get('http://plain.shop.invalid/'), 'error'); });
test('swallows a request of an imported get', async () => { await once(get('https://imported.shop.invalid/'), 'error'); });
test('swallows a socket', async () => {
  const [error] = await once(connect(5432, 'database.shop.invalid'), 'error').catch((reason) => [reason]);
  expect(error.code).toBe('ECONNREFUSED');
});
test('swallows several', async () => { await quietly(fetch('https://one.invalid/')); await quietly(fetch('https://two.invalid/')); await quietly(fetch('https://one.invalid/')); });

const weather = tool({
  name: 'get_weather',
  execute: async () => (await fetch('https://weather.invalid/today')).text(),
});
const database = tool({
  name: 'query',
  execute: async () => { await Promise.resolve(); await once(connect(5432, 'database.invalid'), 'error'); throw new Error('no database'); },
});
async function runTools(...functions) {
  const calls = callTools(functions.map(({ name }) => callTool(name)));
  const provider = scriptedProvider([calls, say('Sorry.')]);
  await new Swarm({ provider }).run({ agent: new Agent({ functions }), messages: [{ role: 'user', content: 'Hello?' }] });
}
test('a tool fetches', () => runTools(weather));
test('a tool opens a socket', () => runTools(database));
test('two tools at once', () => runTools(weather, database));

test('fails itself and leaves some', ({ model }) => { model([say('a')]); throw new Error('its own failure'); });
test('fails because the app swallowed it', async ({ model }) => { model([]); expect(await ask().catch(() => 'sorry')).toBe('done'); });
test('fails with it', async ({ model }) => { model([]); await ask(); });
test('fails and takes what it expects', async ({ model }) => { const provider = scriptedProvider([]); model(provider); await quietly(ask()); provider.takeMisfit(); throw new Error('its own failure'); });
test('fails itself and swallowed a fetch', async () => { await quietly(fetch('https://x.invalid/')); throw new Error('its own failure'); });
test('fails softly and leaves some', ({ model }) => { model([say('a')]); expect.soft(1, 'its own failure').toBe(2); });
test('swallows a fetch and leaves some', async ({ model }) => { model([say('left over')]); await quietly(fetch('https://x.invalid/')); });
test('after those that failed', async ({ model }) => { model([say('a')]); await ask(); });

test.fails('is meant to leave some', ({ model }) => { model([say('a')]); });
test.fails('is meant to be blocked', async () => { await quietly(fetch('https://x.invalid/')); });
test.for([1, 2])('case %i', async (number, { model }) => { model([say('a')]); if (number === 1) await ask(); });
let attempts = 0;
test('leaves some at first, and is retried', { retry: 1 }, async ({ model }) => { model([say('a')]); if (attempts++ > 0) expect(await textOf()).toBe('a'); });
let fetches = 0;
test('is blocked at first, and is retried', { retry: 1 }, async () => { if (fetches++ === 0) await quietly(fetch('https://x.invalid/')); });
let asks = 0;
test('asks too much at first, and is retried', { retry: 1 }, async ({ model }) => { model([say('a')]); await ask(); if (asks++ === 0) await quietly(ask()); });
test('is blocked in each try', { retry: 1 }, async () => { await quietly(fetch('https://x.invalid/')); });

describe('with a mock of beforeEach', () => {
  let mock;
  beforeEach(() => { mock = mockModel([say('a'), say('b')]); });
  test('plays all', async () => { expect([await textOf(), await textOf()]).toEqual(['a', 'b']); expect(mock.requests).toHaveLength(2); });
  test('leaves one', async () => { await ask(); });
});

test('reaches loopback', async () => {
  const server = createServer((request, response) => request.pipe(response.writeHead(200, { 'x-method': request.method }))).listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  try {
    for (const host of ['127.0.0.1:', 'localhost:', '127.1.2.3:']) {
      const answer = await fetch('http://' + host + port, { method: 'POST', body: 'größer' });
      expect([answer.headers.get('x-method'), await answer.text()]).toEqual(['POST', 'größer']);
    }
    const [response] = await once(http.get('http://localhost:' + port, { agent: false }), 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  } finally {
    server.close().closeAllConnections();
  }
});

describe('at once', () => {
  let open;
  const all = new Promise((resolve) => { open = resolve; });
  let count = 0;
  const everybody = () => { if (++count === 5) open(); return all; };
  test.concurrent('one plays all', async ({ model }) => { model([say('a')]); await everybody(); await ask(); });
  test.concurrent('one leaves some', async ({ model }) => { model([say('left over by one of many')]); await everybody(); });
  test.concurrent('one swallows a fetch', async () => { await everybody(); await quietly(fetch('https://one-of-many.invalid/')); });
  test.concurrent('one swallows a request beyond the script', async ({ model }) => { model([]); await everybody(); await quietly(ask()); });
  test.concurrent('one has a tool that fetches', async () => { await everybody(); await runTools(weather); });
  test.concurrent('one does nothing', () => {});
});

describe.concurrent('at once a mock is made', () => {
  const both = () => {
    let open;
    const opened = new Promise((resolve) => { open = resolve; });
    let count = 0;
    return () => { if (++count === 2) open(); return opened; };
  };
  const inHooks = both();
  const byHelpers = both();
  describe('in a hook:', () => {
    beforeEach(async ({ task }) => { mockModel([say(task.name)]); await inHooks(); });
    test.for(['left', 'right'])('%s', async (name, { expect }) => { expect(await textOf()).toBe(name); });
  });
  async function setUp(name) {
    await Promise.resolve();
    mockModel([say(name)]);
    await byHelpers();
  }
  describe('by a helper:', () => {
    test.for(['left', 'right'])('%s', async (name, { expect }) => { await setUp(name); expect(await textOf()).toBe(name); });
  });
});
`;

/** Tests with Vitest's own `test`: the setup file attributes the requests of concurrent tests there as well. */
const theirs = `
import OpenAI from 'openai';
import { mockModel } from 'swarmcheck/msw';
import { say } from 'swarmcheck/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const client = new OpenAI({ apiKey: 'none' });
const ask = () => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] });
let open;
const all = new Promise((resolve) => { open = resolve; });
let count = 0;
const everybody = () => { if (++count === 3) open(); return all; };
test.concurrent('plain, plays all', async () => {
  mockModel([say('mine')]);
  await everybody();
  expect((await ask()).choices[0].message.content).toBe('mine');
});
test.concurrent('plain, swallows a fetch', async () => { await everybody(); await fetch('https://somebody.invalid/').catch(() => {}); });
test.concurrent('plain, does nothing', everybody);
`;

const shared = `
import OpenAI from 'openai';
import { mockModel } from 'swarmcheck/msw';
import { say } from 'swarmcheck/testing';
import { beforeAll, expect, test } from 'vitest';

const ask = async () => (await new OpenAI({ apiKey: 'none' }).chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] })).choices[0].message.content;
beforeAll(() => { mockModel([say('a'), say('b'), say('left over')]); });
test('asks a mock of the whole file', async () => { expect(await ask()).toBe('a'); });
test('asks it again', async () => { expect(await ask()).toBe('b'); });
`;

let run: VitestRun;

beforeAll(async () => {
  run = await runAndReadVitest(ours, {
    setupFiles: ['no-network.ts', 'swarmcheck/msw/setup'],
    files: { 'no-network.ts': noNetwork, 'theirs.case.ts': theirs, 'shared.case.ts': shared },
  });
}, 60_000);

/** The status and the failures of a nested test. */
const outcomeOf = (name: string) => toldOf(run.outcomes, name);

const hostOf = (what: string) => new URL(/https?:\S+/.exec(what)![0]).host;
const blockedFetch = (what: string) =>
  `BlockedRequestError: A request to ${what} was blocked, because tests must not reach the network. Mock it, or allow its host, in a setup file: startMocking({ handlers: […] }) or startMocking({ allow: ["${hostOf(what)}"] }) of "swarmcheck/msw". Your own msw server does not get this request.`;
const blockedSocket = (what: string) =>
  `BlockedRequestError: A request to ${what} was blocked, because tests must not reach the network. It came through a socket, not through the mocked fetch. Either the client was built before mocking started (build it later, because a client keeps the fetch that it finds), or a library opens its own sockets (mock it, or allow the host in a setup file: startMocking({ allow: ["${what.split(' ')[0]}"] }) of "swarmcheck/msw").`;
const leftOver = (step: string, came = 'No request came.') =>
  `ScriptNotFinishedError: The script was not played to its end: 1 step is left over. Remove the steps that are not needed, or check why the run stopped early.\n${step}\n${came}`;
const beyond = (count: number, steps: string, advice: string) =>
  `ScriptExhaustedError: Completion ${count} was requested, but the script has ${steps}. The model was asked to continue after a "user" message. ${advice}\nThe conversation so far:\n  user       Hello?`;
const beyondFirst = beyond(
  2,
  '1 step for the model, and its last step is say("a")',
  'say(…) ends a run. Add a step, or check why the run did not stop.',
);

test.for([
  'is answered',
  'disposes of its mock itself',
  'the first of two in a row',
  'after those that failed',
  'reaches loopback',
  'case 1',
  'with a mock of beforeEach plays all',
  'at once one plays all',
  'at once one does nothing',
  'at once a mock is made in a hook: left',
  'at once a mock is made in a hook: right',
  'at once a mock is made by a helper: left',
  'at once a mock is made by a helper: right',
  'plain, plays all',
  'plain, does nothing',
  'asks a mock of the whole file',
  'asks it again',
])('the test passes: %s', (name) => {
  expect(outcomeOf(name)).toEqual(['passed']);
});

test('a request beyond the script fails its test, even if the test caught the error', () => {
  expect(outcomeOf('swallows a request beyond the script')).toEqual(['failed', beyondFirst]);
});

test.for([
  ['leaves some', '  step 1  say("left over")', undefined],
  ['leaves some of a mock without a fixture', '  step 1  say("left over")', undefined],
  ['leaves some of the first', '  step 1  say("of the first")', undefined],
  [
    'with a mock of beforeEach leaves one',
    '  step 2  say("b")',
    'Requests that came: POST /v1/chat/completions → 200.',
  ],
  ['case 2', '  step 1  say("a")', undefined],
] as const)('steps left over fail the test: %s', ([name, step, came]) => {
  expect(outcomeOf(name)).toEqual(['failed', leftOver(step, came)]);
});

test('a step that throws fails its test, even if the test caught the error', () => {
  expect(outcomeOf('swallows a step that throws')).toEqual(['failed', 'Error: no step today']);
});

test('a request to the Responses API fails its test, and the error says how to choose Chat Completions', () => {
  expect(outcomeOf('swallows the Responses API')).toEqual([
    'failed',
    'UnsupportedApiError: The client called POST /responses, the Responses API, but only Chat Completions is available. Choose it in the client: openai: client.chat.completions.create(…). @openai/agents: setOpenAIAPI("chat_completions"). ai: openai.chat("model"), not openai("model"). LangChain: new ChatOpenAI({ useResponsesApi: false }).',
  ]);
});

test('a mock is gone in the next test', () => {
  expect(outcomeOf('the second of two in a row, without a mock')).toEqual([
    'failed',
    'BlockedRequestError: A request to POST https://api.openai.com/v1/chat/completions was blocked, because tests must not reach the network. No mocked model answers it. Call model([…]), the fixture of swarmcheck/vitest, or mockModel([…]) in this test. If it is called, check whether its test has ended or it was disposed of.',
  ]);
});

test.for([
  ['swallows a fetch', 'PUT https://api.shop.invalid/orders'],
  ['a blocked fetch rejects as one of a server that is not there', 'GET https://api.shop.invalid/'],
] as const)('a blocked fetch fails its test, and the error has its address: %s', ([name, what]) => {
  expect(outcomeOf(name)).toEqual(['failed', blockedFetch(what)]);
});

test.for([
  ['swallows a request of https', 'web.shop.invalid:443'],
  ['swallows a request of http', 'plain.shop.invalid:80'],
  ['swallows a request of an imported get', 'imported.shop.invalid:443'],
  ['swallows a socket', 'database.shop.invalid:5432'],
] as const)('a blocked socket fails its test, and the error has its host and port: %s', ([name, what]) => {
  expect(outcomeOf(name)).toEqual(['failed', blockedSocket(what)]);
});

test('every blocked request is reported, each once', () => {
  expect(outcomeOf('swallows several')).toEqual([
    'failed',
    `${blockedFetch('GET https://one.invalid/')}\n${blockedFetch('GET https://two.invalid/').replace('BlockedRequestError: ', '')}`,
  ]);
});

test('a request made by a tool is reported with the tool', () => {
  expect(outcomeOf('a tool fetches')).toEqual([
    'failed',
    blockedFetch('GET https://weather.invalid/today by the tool "get_weather"'),
  ]);
  expect(outcomeOf('a tool opens a socket')).toEqual([
    'failed',
    blockedSocket('database.invalid:5432 by the tool "query"'),
  ]);
});

test('the requests of two parallel tools are reported with the tool that made them', () => {
  const [, told] = outcomeOf('two tools at once');
  expect(told).toMatch('GET https://weather.invalid/today by the tool "get_weather"');
  expect(told).toMatch('database.invalid:5432 by the tool "query"');
});

test.for([
  'fails itself and leaves some',
  'fails itself and swallowed a fetch',
  'fails softly and leaves some',
  'fails and takes what it expects',
])('a failure of the test itself is the only error reported: %s', (name) => {
  expect(outcomeOf(name)).toEqual(['failed', expect.stringContaining('its own failure')]);
});

test('a failed test also shows the error that the app caught, as its probable cause', () => {
  expect(outcomeOf('fails because the app swallowed it')).toEqual([
    'failed',
    expect.stringMatching(/^AssertionError: expected 'sorry' to be 'done'/),
    expect.stringMatching(/^ScriptExhaustedError: Completion 1 was requested/),
  ]);
});

test('a failed test shows an error only once, if the failure of the client has its text', () => {
  expect(run.outcomes.get('fails with it')?.failures).toHaveLength(1);
});

test('if a request was blocked, steps left over are not reported', () => {
  expect(outcomeOf('swallows a fetch and leaves some')).toEqual([
    'failed',
    blockedFetch('GET https://x.invalid/'),
  ]);
});

test.for(['is meant to leave some', 'is meant to be blocked'])(
  'a test.fails passes because of such an error: %s',
  (name) => {
    expect(outcomeOf(name)[0]).toBe('passed');
  },
);

test.for([
  ['leaves some at first, and is retried', leftOver('  step 1  say("a")')],
  ['is blocked at first, and is retried', blockedFetch('GET https://x.invalid/')],
  ['asks too much at first, and is retried', beyondFirst],
] as const)('a test that is retried passes if the second try has no error: %s', ([name, first]) => {
  expect(outcomeOf(name)).toEqual(['passed', first]);
});

test('a test that is retried reports the error of each try', () => {
  const blocked = blockedFetch('GET https://x.invalid/');
  expect(outcomeOf('is blocked in each try')).toEqual(['failed', blocked, blocked]);
});

test.for([
  ['at once one leaves some', leftOver('  step 1  say("left over by one of many")')],
  ['at once one swallows a fetch', blockedFetch('GET https://one-of-many.invalid/')],
  [
    'at once one swallows a request beyond the script',
    beyond(1, 'no steps (steps: [])', 'Write what the model answers, such as say("…").'),
  ],
  [
    'at once one has a tool that fetches',
    blockedFetch('GET https://weather.invalid/today by the tool "get_weather"'),
  ],
  ['plain, swallows a fetch', blockedFetch('GET https://somebody.invalid/')],
] as const)('of concurrent tests, only the one that caused the error fails: %s', ([name, told]) => {
  expect(outcomeOf(name)).toEqual(['failed', told]);
});

test('steps left over by a mock of the whole file fail the file, at its end', () => {
  expect(run.fileFailures.get('shared.case.ts')).toMatch('step 3  say("left over")');
  expect([...run.fileFailures.keys()]).toEqual(['shared.case.ts']);
});
