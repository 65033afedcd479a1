/**
 * The setup file with other setup files: handlers and hosts of the user, clients built too early, files in one
 * process.
 */
import { expect, test } from 'vitest';
import { noNetwork, runAndReadVitest, toldOf } from '../support/run-vitest.ts';

const head = `
import OpenAI from 'openai';
import { mockModel } from 'swarmcheck/msw';
import { say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const textOf = async (client = new OpenAI({ apiKey: 'none' })) =>
  (await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] })).choices[0].message.content;
`;

/** Runs tests with the setup file, and with a setup file before it and one after it. */
async function run(
  source: string,
  before: string,
  after: string,
  more: { files?: Record<string, string>; flags?: string[] } = {},
) {
  return await runAndReadVitest(head + source, {
    files: { 'no-network.ts': noNetwork, 'before.ts': before, 'after.ts': after, ...more.files },
    setupFiles: ['no-network.ts', 'before.ts', 'swarmcheck/msw/setup', 'after.ts'],
    ...(more.flags && { flags: more.flags }),
  });
}

test('another setup file can add handlers and hosts', async () => {
  const after = `
import { http, HttpResponse } from 'msw';
import { startMocking } from 'swarmcheck/msw';

startMocking({
  handlers: [
    http.get('https://shop.invalid/orders', () => HttpResponse.json(['A-17'])),
    http.post('https://llm.invalid/v1/chat/completions', () => HttpResponse.json({ choices: [{ message: { content: 'from a handler' } }] })),
  ],
  allow: ['api.example.invalid', '10.0.0.2:5432', 'https://web.example.invalid'],
});
`;
  const source = `
import { once } from 'node:events';
import https from 'node:https';
import { json } from 'node:stream/consumers';
import { connect } from 'node:net';

const llm = () => new OpenAI({ apiKey: 'none', baseURL: 'https://llm.invalid/v1' });

test('a handler answers fetch', async () => { expect(await (await fetch('https://shop.invalid/orders')).json()).toEqual(['A-17']); });
test('a handler answers https', async () => {
  const [response] = await once(https.get('https://shop.invalid/orders'), 'response');
  expect(await json(response)).toEqual(['A-17']);
});
test('a handler answers where no mock does', async () => { expect(await textOf(llm())).toBe('from a handler'); });
test('a mock comes before handlers', async ({ model }) => { model([say('from a mock')]); expect(await textOf(llm())).toBe('from a mock'); });
test('what no handler answers is blocked', async () => { await fetch('https://shop.invalid/prices').catch(() => {}); });

const failureOf = async (url) => (await fetch(url).catch((error) => error)).cause?.message;
test('a host that is allowed is let through', async () => {
  expect(await failureOf('https://api.example.invalid/x')).toBe('let through to api.example.invalid:443');
  expect(await failureOf('http://api.example.invalid:8080/x')).toBe('let through to api.example.invalid:8080');
  expect(await failureOf('https://web.example.invalid/x')).toBe('let through to web.example.invalid:443');
});
test('a socket to a host and port that are allowed is let through', async () => {
  const [error] = await once(connect(5432, '10.0.0.2'), 'error').catch((reason) => [reason]);
  expect(error.message).toBe('let through to 10.0.0.2:5432');
});
test('another port of such a host is blocked', async () => { await once(connect(5433, '10.0.0.2'), 'error'); });
`;
  const { outcomes, fileFailures } = await run(source, '', after);
  const blocked = [...outcomes.keys()].filter((name) => outcomes.get(name)?.status === 'failed');
  expect(outcomes.size).toBe(8);
  expect(blocked).toEqual(['what no handler answers is blocked', 'another port of such a host is blocked']);
  expect(toldOf(outcomes, blocked[0]!)[1]).toMatch('GET https://shop.invalid/prices was blocked');
  expect(toldOf(outcomes, blocked[1]!)[1]).toMatch('10.0.0.2:5433 was blocked');
  expect(fileFailures.size).toBe(0);
});

test('a client that was built before the mocks is blocked, and the error explains why', async () => {
  const client = `
import OpenAI from 'openai';
export const client = new OpenAI({ apiKey: 'none', maxRetries: 0 });
`;
  const source = `
import { client } from './client.ts';

test('asks with an early client', async ({ model }) => {
  model([]);
  await textOf(client).catch(() => {});
});
test('asks with a client of its own', async ({ model }) => { model([say('Hi.')]); expect(await textOf()).toBe('Hi.'); });
`;
  const { outcomes } = await run(source, "import './client.ts';", '', { files: { 'client.ts': client } });
  expect(toldOf(outcomes, 'asks with an early client')).toEqual([
    'failed',
    expect.stringMatching(
      /^BlockedRequestError: A request to api\.openai\.com:443 was blocked, because tests must not reach the network\. .* the client was built before mocking started \(build it later, because a client keeps the fetch that it finds\)/,
    ),
  ]);
  expect(toldOf(outcomes, 'asks with a client of its own')).toEqual(['passed']);
});

test('mocks work in two files that share a process', async () => {
  // The app and its client are loaded once for both files.
  const app = `
import OpenAI from 'openai';
globalThis.loads = (globalThis.loads ?? 0) + 1;
export const client = new OpenAI({ apiKey: 'none' });
`;
  const source = (file: string) => `
import { client } from './app.ts';

test('${file} is answered', async ({ model }) => {
  model([say('${file}')]);
  expect(await textOf()).toBe('${file}');
});
test('${file} is answered with the client of the app', async ({ model }) => {
  model([say('${file}')]);
  expect(await textOf(client)).toBe('${file}');
  expect(globalThis.loads).toBe(1);
});
test('${file} leaves some', ({ model }) => { model([say('left over by ${file}')]); });
test('${file} is blocked', async () => { await fetch('https://${file}.invalid/').catch(() => {}); });
for (const name of ['left', 'right']) {
  test.concurrent('${file} at once, ' + name, async ({ model, expect }) => {
    model([say(name)]);
    await new Promise(setImmediate);
    expect(await textOf()).toBe(name);
  });
}
`;
  const { outcomes, fileFailures } = await run(source('first'), '', '', {
    files: { 'app.ts': app, 'b.case.ts': head + source('second') },
    flags: ['--no-isolate', '--no-file-parallelism'],
  });
  expect(outcomes.size).toBe(12);
  for (const file of ['first', 'second']) {
    for (const name of [
      'is answered',
      'is answered with the client of the app',
      'at once, left',
      'at once, right',
    ])
      expect(toldOf(outcomes, `${file} ${name}`)).toEqual(['passed']);
    expect(toldOf(outcomes, `${file} leaves some`)[1]).toMatch(`say("left over by ${file}")`);
    expect(toldOf(outcomes, `${file} is blocked`)[1]).toMatch(`GET https://${file}.invalid/ was blocked`);
  }
  expect(fileFailures.size).toBe(0);
});

test('closing an msw server of a test leaves the mocks in place', async () => {
  const source = `
import { setupServer } from 'msw/node';

test('after a server of its own', async ({ model }) => {
  const server = setupServer();
  server.listen({ onUnhandledRequest: 'bypass' });
  server.close();
  model([say('Hi.')]);
  expect(await textOf()).toBe('Hi.');
});
test('blocked after a server of its own', async () => { await fetch('https://shop.invalid/').catch(() => {}); });
`;
  const { outcomes } = await run(source, '', '');
  expect(toldOf(outcomes, 'after a server of its own')).toEqual(['passed']);
  expect(toldOf(outcomes, 'blocked after a server of its own')[1]).toMatch(
    'GET https://shop.invalid/ was blocked',
  );
});

test('an msw server of the suite can answer through a handler', async () => {
  const server = `
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
export const server = setupServer(http.get('https://shop.invalid/orders', () => HttpResponse.json(['A-17'])));
`;
  const after = `
import { getResponse, http } from 'msw';
import { startMocking } from 'swarmcheck/msw';
import { server } from './server.ts';
startMocking({ handlers: [http.all('*', ({ request }) => getResponse([...server.listHandlers()], request))] });
`;
  const source = `
import { http, HttpResponse } from 'msw';
import { server } from './server.ts';

const orders = async () => await (await fetch('https://shop.invalid/orders')).json();
test('as it was set up', async () => { expect(await orders()).toEqual(['A-17']); });
test('as a test has changed it', async () => {
  server.use(http.get('https://shop.invalid/orders', () => HttpResponse.json([])));
  expect(await orders()).toEqual([]);
  server.resetHandlers();
  expect(await orders()).toEqual(['A-17']);
});
`;
  const { outcomes } = await run(source, '', after, { files: { 'server.ts': server } });
  expect([...outcomes.values()].map(({ status, failures }) => [status, ...failures])).toEqual([
    ['passed'],
    ['passed'],
  ]);
});
