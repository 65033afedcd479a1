/** Failures list the requests of an app. */
import { expect, test } from 'vitest';
import {
  externalAgent,
  modelFails,
  runScenario,
  say,
  ScriptNotFinishedError,
  user,
  type ExternalTurn,
  type ScenarioRun,
} from 'swarmcheck/testing';
import { ServedConversations } from '../../src/wire/conversations.ts';
import { messagesOf } from '../support/failures.ts';

/** Sends a request and swallows every error. */
const send = async (
  { fetch: mocked, baseURL }: ExternalTurn,
  method: string,
  path: string,
  body?: unknown,
) => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  await mocked(`${baseURL}${path}`, init).catch(() => {});
};
const valid = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };

async function play(respond: (turn: ExternalTurn) => Promise<void>, answers = 1): Promise<ScenarioRun> {
  const steps = Array.from({ length: answers }, (_, index) => say(`answer ${index + 1}`));
  return await runScenario({ agent: externalAgent(respond), steps: [user('hi'), ...steps] });
}

const causeOf = ({ failures }: ScenarioRun) => failures[0]?.cause as ScriptNotFinishedError;

test('steps left over show the requests that came, with status and number', async () => {
  const run = await play(async (turn) => {
    await send(turn, 'GET', '/models');
    await send(turn, 'POST', '/chat/completions', valid);
    await send(turn, 'POST', '/chat/completions', { model: 'm' });
    await send(turn, 'POST', '/messages', valid);
    await send(turn, 'POST', '/messages', valid);
  }, 2);
  expect(messagesOf(run)[0]).toMatch(
    '\nRequests that came: GET /v1/models → 404, POST /v1/chat/completions → 200, POST /v1/chat/completions → 400, POST /v1/messages → 404 (2 times).\n',
  );
  expect(causeOf(run)).toBeInstanceOf(ScriptNotFinishedError);
  expect(causeOf(run).requests).toEqual([
    { method: 'GET', path: '/v1/models', status: 404, count: 1 },
    { method: 'POST', path: '/v1/chat/completions', status: 200, count: 1 },
    { method: 'POST', path: '/v1/chat/completions', status: 400, count: 1 },
    { method: 'POST', path: '/v1/messages', status: 404, count: 2 },
  ]);
});

test('steps left over without a request show the address that the app was given', async () => {
  let given = '';
  const run = await play(async ({ baseURL }) => void (given = baseURL));
  expect(messagesOf(run)[0]).toMatch(`\nNo request came to ${given}.\n`);
  expect(causeOf(run)).toMatchObject({ requests: [], address: given });
});

test('requests by a socket are counted, too', async () => {
  const run = await play(async ({ baseURL }) => void (await fetch(`${baseURL}/models`)));
  expect(causeOf(run).requests).toEqual([{ method: 'GET', path: '/v1/models', status: 404, count: 1 }]);
});

test('an app that fails shows the requests that came', async () => {
  const run = await play(async (turn) => {
    await send(turn, 'POST', '/messages', valid);
    throw new Error('no answer');
  });
  expect(messagesOf(run)[0]).toMatch(/no answer[^]*\nRequests that came: POST \/v1\/messages → 404\.$/);
});

test('a request that was not answered is shown without a status', async () => {
  const agent = externalAgent(async (turn) => {
    void send(turn, 'POST', '/chat/completions', valid);
    throw new Error('gone');
  });
  const run = await runScenario({ agent, steps: [user('hi'), modelFails({ kind: 'no-answer' })] });
  expect(messagesOf(run)[0]).toMatch('Requests that came: POST /v1/chat/completions → no answer.');
});

test('queries and secrets in paths are not shown', async () => {
  const run = await play(async (turn) => {
    await send(turn, 'GET', '/models?key=sk-abcdefghijklmnopqrstuvwx1');
    await send(turn, 'GET', '/keys/sk-abcdefghijklmnopqrstuvwx1/x');
  });
  expect(causeOf(run).requests?.map(({ path }) => path)).toEqual(['/v1/models', '/v1/keys/[hidden]/x']);
  expect(messagesOf(run)[0]).not.toMatch('sk-abc');
});

test('long lists and long paths are cut', async () => {
  const run = await play(async (turn) => {
    for (let index = 1; index <= 12; index++) await send(turn, 'GET', `/${index}/${'x'.repeat(200)}`);
  });
  expect(messagesOf(run)[0]).toMatch(/x… → 404, and 2 others\.\n/);
  expect(messagesOf(run)[0]).not.toMatch('x'.repeat(100));
});

test('an agent of this engine shows no requests', async () => {
  const { failures } = await runScenario({ agent: () => Promise.reject(new Error('x')), steps: [] });
  expect(failures[0]?.message).not.toMatch('equest');
});

test('a server without a conversation shows the other requests that came', async () => {
  const served = new ServedConversations([say('hello')], undefined);
  await served.choose(new Request('http://127.0.0.1/v1/models'));
  expect(served.leftovers()).toEqual([
    'No valid request arrived, so no step of the script was played. Requests that came: GET /v1/models → 404.',
  ]);
});
