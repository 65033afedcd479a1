import { createServer } from 'node:net';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import {
  callTool,
  callTools,
  externalAgent,
  modelFails,
  refuse,
  runScenario,
  say,
  ScriptExhaustedError,
  ScriptMistakeError,
  user,
  type ExternalTurn,
  type Step,
} from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { clientOf, habits, refundApp } from '../support/refund-app.ts';
import { messagesOf, reasonsOf } from '../support/failures.ts';
import { factsOfMistake } from '../support/facts-of.ts';

const name = ({ by, stream }: { by: string; stream: boolean }) => `by ${by}${stream ? ', streamed' : ''}`;
const ways = habits.map((habit) => [name(habit), habit] as const);

const refund: Step[] = [
  user('I want my money back for A-17.'),
  callTool('transfer_to_refunds'),
  callTool('issue_refund', { orderId: 'A-17' }),
  say('Done: A-17 is refunded. 你好'),
];

/** An app that sends one request for each user message, with the whole conversation. */
const chat = externalAgent(async (turn) => {
  const messages = turn.messages as OpenAI.Chat.Completions.ChatCompletionMessageParam[];
  await clientOf(turn).chat.completions.create({ model: 'gpt-4o', messages });
});

test.for(ways)('the trace has the calls, results and handoffs of the app, %s', async ([, habit]) => {
  const run = await runScenario({ agent: refundApp(habit), steps: refund });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.agents).toEqual(['Agent', 'refunds']);
  expect(run.trace.toolCalls).toMatchObject([
    { turn: 1, agent: 'Agent', tool: 'transfer_to_refunds', content: 'now it is refunds' },
    { turn: 2, agent: 'refunds', tool: 'issue_refund', args: { orderId: 'A-17' }, content: 'refunded A-17' },
  ]);
  expect(run.trace.handoffs).toMatchObject([{ turn: 1, from: 'Agent', to: 'refunds' }]);
  expect(run.trace.outcome).toBe('completed');
});

test.for([false, true])('fetch and baseURL give the same trace (streamed: %s)', async (stream) => {
  const [fetched, addressed] = [
    await runScenario({ agent: refundApp({ by: 'fetch', stream }), steps: refund }),
    await runScenario({ agent: refundApp({ by: 'baseURL', stream }), steps: refund }),
  ];
  expect(addressed.trace.diff(fetched.trace)).toBeUndefined();
});

test.for(ways)('every matcher works on the run of an external agent, %s', async ([, habit]) => {
  const run = await runScenario({ agent: refundApp(habit), steps: refund });
  expect(run).toHaveHandoffOrder(['Agent', 'refunds']);
  expect(run).toHaveToolCalls(['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-17' } }]);
  expect(run).toHaveCalledTool('issue_refund', { orderId: 'A-17' });
  expect(run).toHaveToolResult('issue_refund', 'refunded A-17');
  expect(run).toHaveSeen({
    agent: 'refunds',
    instructions: /Refund/,
    tools: ['issue_refund', 'transfer_to_triage'],
  });
  expect(run).toHaveStoppedBecause('completed');
  expect(run).not.toHaveCalledTool('transfer_to_triage');
});

test('expectations work on the run of an external agent', async () => {
  const expectations = {
    toolCalls: {
      sequence: ['transfer_to_refunds', { tool: 'issue_refund', argsContain: { orderId: 'A-17' } }],
    },
    agents: ['Agent', 'refunds'],
    stopReason: 'completed',
    finalMessage: 'A-17 is refunded',
  } as const;
  const met = await runScenario({ agent: refundApp(), steps: refund, expect: expectations });
  expect(messagesOf(met)).toEqual([]);
  const unmet = await runScenario({
    agent: refundApp(),
    steps: refund,
    expect: { ...expectations, finalMessage: 'never', agents: ['Agent'] },
  });
  expect(unmet.failures).toHaveLength(2);
});

test('toHaveRecoveredFrom accepts a wrong call that a right one follows', async () => {
  const run = await runScenario({
    agent: refundApp(),
    steps: [
      user('x'),
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { order: 17 }, { hallucinated: true }),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('ok'),
    ],
  });
  expect(run).toHaveRecoveredFrom({ tool: 'issue_refund', kind: 'invalid-arguments' });
});

test.for(ways)('each user step is a run that starts with the last active agent, %s', async ([, habit]) => {
  const run = await runScenario({
    agent: refundApp(habit),
    steps: [
      ...refund,
      user('And A-18?'),
      callTool('issue_refund', { orderId: 'A-18' }),
      say('Done too.'),
      user('Thanks!'),
      say('You are welcome.'),
    ],
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.events.filter(({ type }) => type === 'run-start')).toMatchObject([
    { run: 1, agent: 'Agent' },
    { run: 2, agent: 'refunds' },
    { run: 3, agent: 'refunds' },
  ]);
  expect(run.trace.toolCalls.map(({ run, args }) => [run, args])).toEqual([
    [1, {}],
    [1, { orderId: 'A-17' }],
    [2, { orderId: 'A-18' }],
  ]);
});

test('parallel calls keep their order', async () => {
  const run = await runScenario({
    agent: refundApp({ stream: true }),
    steps: [
      user('x'),
      callTool('transfer_to_refunds'),
      callTools([callTool('issue_refund', { orderId: '1' }), callTool('issue_refund', { orderId: 'ü' })]),
      say('ok'),
    ],
  });
  expect(run.trace.toolCalls.map(({ content }) => content).slice(1)).toEqual(['refunded 1', 'refunded ü']);
});

test('the app gets the message of the user and the conversation so far', async () => {
  const turns: ExternalTurn[] = [];
  await runScenario({
    agent: externalAgent(async (turn) => {
      turns.push(turn);
      await chat.respond(turn);
    }),
    messages: [
      { role: 'user', content: 'before' },
      { role: 'assistant', content: 'yes?' },
    ],
    steps: [user('hi'), say('hello'), user('and?'), refuse('No.'), user('bye'), say('bye')],
  });
  const before = [
    { role: 'user', content: 'before' },
    { role: 'assistant', content: 'yes?' },
    { role: 'user', content: 'hi' },
  ];
  expect(turns.map(({ message }) => message)).toEqual(['hi', 'and?', 'bye']);
  expect(turns[0]?.messages).toEqual(before);
  expect(turns[1]?.messages).toEqual([
    ...before,
    { role: 'assistant', content: 'hello' },
    { role: 'user', content: 'and?' },
  ]);
  expect(turns[2]?.messages).toHaveLength(6);
});

test('the app gets an address on loopback, and an API key', async () => {
  let given: Partial<ExternalTurn> = {};
  await runScenario({
    agent: externalAgent(async (turn) => {
      given = turn;
      await chat.respond(turn);
    }),
    steps: [user('hi'), say('hello')],
  });
  expect(given.baseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  expect(given.apiKey).toMatch(/./);
});

test('an answer that broke off is not part of the conversation', async () => {
  const turns: ExternalTurn[] = [];
  const agent = externalAgent(async (turn) => {
    turns.push(turn);
    await chat.respond(turn).catch(() => {});
  });
  const lost = say('Hello there.', { fault: { kind: 'cut', afterChunks: 2, by: 'error' } });
  await runScenario({ agent, steps: [user('a'), lost, user('b'), say('c')] });
  expect(turns[1]?.messages).toEqual([
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ]);
});

test('consecutive user steps are one turn of the app', async () => {
  const turns: ExternalTurn[] = [];
  await runScenario({
    agent: externalAgent(async (turn) => {
      turns.push(turn);
      await chat.respond(turn);
    }),
    steps: [user('a'), user('b'), say('c')],
  });
  expect(turns).toMatchObject([{ message: 'b', messages: [{ content: 'a' }, { content: 'b' }] }]);
});

test('the final message is the last answer of an app that uses an agent as a tool', async () => {
  const agent = externalAgent(async (turn) => {
    const { completions } = clientOf(turn).chat;
    const tools = ['ask_expert'].map((name) => ({ type: 'function', function: { name } }) as const);
    const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Ask.' },
      { role: 'user', content: turn.message },
    ];
    const asked = (await completions.create({ model: 'm', messages, tools })).choices[0]!.message;
    const expert = await completions.create({
      model: 'm',
      messages: [
        { role: 'system', content: 'Know.' },
        { role: 'user', content: 'what is it?' },
      ],
    });
    const { content } = expert.choices[0]!.message;
    messages.push(asked, { role: 'tool', tool_call_id: asked.tool_calls![0]!.id, content: content! });
    await completions.create({ model: 'm', messages, tools });
  });
  const run = await runScenario({
    agent,
    steps: [user('x'), callTool('ask_expert'), say('a duck'), say('They say: a drake.')],
    expect: { finalMessage: 'a drake', toolCalls: ['ask_expert'], agents: ['Agent 2', 'Agent'] },
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run).toHaveToolResult('ask_expert', 'a duck');
});

test('the run of an external agent has no response, because the app keeps its state', async () => {
  const run = await runScenario({ agent: refundApp(), steps: refund });
  expect(run.response).toBeUndefined();
  expect(run.error).toBeUndefined();
});

// ── Failures ──

test('an app that rejects fails the run with the same error object', async () => {
  const reason = new Error('of the app');
  const run = await runScenario({
    agent: externalAgent(() => Promise.reject(reason)),
    steps: [user('x'), say('y')],
  });
  expect(run.error).toBe(reason);
  expect(run.trace.outcome).toBe('failed');
  expect(reasonsOf(run)).toEqual([expect.stringContaining('of the app')]);
});

test('an app that throws synchronously fails the run with the same error object', async () => {
  const reason = new Error('at once');
  const agent = externalAgent(() => {
    throw reason;
  });
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(run.error).toBe(reason);
});

test('an app that returns no promise completes', async () => {
  const agent = externalAgent((() => 'done') as unknown as () => Promise<string>);
  expect((await runScenario({ agent, steps: [user('x')] })).trace.outcome).toBe('completed');
});

test.for(ways)('a request beyond the script fails an app that swallows its error, %s', async ([, habit]) => {
  const app = refundApp(habit);
  const swallowing = externalAgent((turn) => app.respond(turn).catch(() => 'sorry'));
  const run = await runScenario({ agent: swallowing, steps: refund.slice(0, 3) });
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
  expect(run.passed).toBe(false);
  expect(run.trace.outcome).toBe('failed');
});

test.for(ways)('the client does not retry a request beyond the script, %s', async ([, habit]) => {
  const run = await runScenario({ agent: refundApp({ ...habit, maxRetries: 2 }), steps: refund.slice(0, 3) });
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
  expect(run.trace.requests).toHaveLength(3);
});

test('the first of several script errors is the error of the run', async () => {
  const agent = externalAgent(async (turn) => {
    for (const content of ['a', 'b'])
      await clientOf(turn)
        .chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] })
        .catch(() => {});
  });
  const run = await runScenario({ agent, steps: [user('x'), callTool('nothing')] });
  expect(run.error).toBeInstanceOf(ScriptMistakeError);
});

test('a call of a tool that the app does not offer is a mistake in the script', async () => {
  const run = await runScenario({
    agent: refundApp(),
    steps: [user('x'), callTool('issue_refund', { orderId: '1' })],
  });
  expect(run.error).toBeInstanceOf(ScriptMistakeError);
  expect(messagesOf(run)[0]).toMatch('Offered: transfer_to_refunds.');
});

test('an error thrown by a function step is the error of the run, even if the app swallows it', async () => {
  const reason = new Error('of the test');
  const app = refundApp();
  const agent = externalAgent((turn) => app.respond(turn).catch(() => {}));
  const fail = () => {
    throw reason;
  };
  expect((await runScenario({ agent, steps: [user('x'), fail] })).error).toBe(reason);
});

test('steps that are left over fail the scenario', async () => {
  const run = await runScenario({ agent: refundApp(), steps: [...refund, say('more')] });
  expect(messagesOf(run)[0]).toMatch(/before step 5: 1 step is left over[^]*step 5 {2}say\("more"\)/);
});

test('every model step is left over when the app sends no request', async () => {
  const run = await runScenario({ agent: externalAgent(async () => 'hi'), steps: [user('x'), say('y')] });
  expect(messagesOf(run)[0]).toMatch('left over');
  expect(run.trace.events.map(({ type }) => type)).toEqual(['run-start', 'run-end']);
});

test.for(ways)('a request that the API would reject is rejected with its error, %s', async ([, habit]) => {
  const agent = externalAgent((turn) =>
    clientOf(turn, habit).chat.completions.create({
      model: 'm',
      messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }],
    }),
  );
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(run.error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(run.error).toHaveProperty(
    'message',
    expect.stringContaining("must be a response to a preceeding message with 'tool_calls'"),
  );
});

test.for(ways)('the Responses API is refused, with the API to use instead, %s', async ([, habit]) => {
  const agent = externalAgent((turn) =>
    clientOf(turn, { ...habit, maxRetries: 2 }).responses.create({ model: 'm', input: 'hi' }),
  );
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(messagesOf(run)[0]).toMatch('client.chat.completions.create');
});

test.for(ways)('the Responses API fails an app that swallows its error, %s', async ([, habit]) => {
  const agent = externalAgent((turn) =>
    clientOf(turn, habit)
      .responses.create({ model: 'm', input: 'hi' })
      .catch(() => 'sorry'),
  );
  const run = await runScenario({ agent, steps: [user('x')] });
  expect(run.passed).toBe(false);
  expect(run.error).toHaveProperty('name', 'UnsupportedApiError');
});

test.for(ways)('a request to an unknown path gets a 404 that names the path, %s', async ([, habit]) => {
  const agent = externalAgent((turn) =>
    clientOf({ ...turn, baseURL: `${turn.baseURL}/x` }, habit).models.list(),
  );
  const run = await runScenario({ agent, steps: [user('x')] });
  expect(run.error).toBeInstanceOf(OpenAI.NotFoundError);
  expect(run.error).toHaveProperty('message', expect.stringContaining('the request was GET /v1/x/models'));
});

test.for(ways)('a scripted failure ends the run, and the user can continue, %s', async ([, habit]) => {
  const run = await runScenario({
    agent: refundApp(habit),
    steps: [user('x'), modelFails({ kind: 'status', status: 429 }), user('once more'), say('here')],
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.events.filter(({ type }) => type === 'run-end')).toMatchObject([
    { outcome: 'failed' },
    { outcome: 'completed' },
  ]);
});

test.for(ways)('a scripted failure that the client retries does not fail the app, %s', async ([, habit]) => {
  const run = await runScenario({
    agent: refundApp({ ...habit, maxRetries: 2 }),
    steps: [
      user('x'),
      modelFails({ kind: 'status', status: 503, retryAfterMs: 0 }),
      modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }),
      say('here'),
    ],
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.events.map(({ type }) => type).filter((type) => type.startsWith('model-'))).toEqual([
    'model-request',
    'model-error',
    'model-request',
    'model-error',
    'model-request',
    'model-response',
  ]);
  expect(run.trace.outcome).toBe('completed');
});

test.for(ways)('an answer that breaks off fails the app, %s', async ([, habit]) => {
  const run = await runScenario({
    agent: refundApp(habit),
    steps: [user('x'), say('Hello there.', { fault: { kind: 'cut', afterChunks: 2, by: 'error' } })],
    expect: { error: {} },
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.events.at(-2)).toMatchObject({
    type: 'model-error',
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
});

test('an app that stops reading a stream early completes', async () => {
  const agent = externalAgent(async (turn) => {
    const stream = await clientOf(turn).chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: turn.message }],
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  });
  const run = await runScenario({ agent, steps: [user('x'), say('Hello, this is long.')] });
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.outcome).toBe('completed');
  expect(run.trace.events.filter(({ type }) => type === 'run-start')).toHaveLength(1);
});

test('latencyMs adds no delay', async () => {
  const run = await runScenario({ agent: chat, steps: [user('x'), say('y', { latencyMs: 1_000_000 })] });
  expect(run.passed).toBe(true);
});

// ── Malformed scenarios ──

test.for([
  ['maxTurns', 3],
  ['executeTools', false],
  ['modelOverride', 'gpt-4o'],
  ['tools', { issue_refund: 'done' }],
  ['hooks', {}],
  ['contextVariables', { user: 'Ann' }],
] as const)('%s is refused for an external agent', async ([field, value]) => {
  const scenario = { name: 'refund', agent: refundApp(), steps: refund, [field]: value };
  expect(await factsOfMistake(() => runScenario(scenario))).toEqual({ error: 'UsageError', field });
});

test('a field that is undefined counts as absent', async () => {
  const run = await runScenario({
    agent: chat,
    steps: [user('x'), say('y')],
    maxTurns: undefined,
    tools: undefined,
  });
  expect(run.passed).toBe(true);
});

test.for([undefined, 'http://127.0.0.1', { respond: () => {} }, new OpenAI({ apiKey: 'none' })])(
  'externalAgent refuses a value that is not a function: %s',
  (given) => {
    expect(() => externalAgent(given as never)).toThrow(
      'externalAgent takes a function that answers the user: externalAgent(async ({ message, baseURL }) => …).',
    );
  },
);

// ── Cleanup and isolation ──

test.for(['done', 'rejected'] as const)('the server is closed when the app is %s', async (how) => {
  let baseURL = '';
  const agent = externalAgent(async (turn) => {
    ({ baseURL } = turn);
    await clientOf(turn, { by: 'baseURL' }).chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
    });
    if (how === 'rejected') throw new Error('of the app');
  });
  await runScenario({ agent, steps: [user('x'), say('y')] });
  await expect(fetch(baseURL)).rejects.toHaveProperty('cause.code', 'ECONNREFUSED');
  // The port is free again.
  const { port } = new URL(baseURL);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(Number(port), '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});

test('concurrent scenarios do not mix', async () => {
  const runs = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      runScenario({
        agent: refundApp(habits[index % habits.length]),
        steps: [
          user(`refund ${index}`),
          callTool('transfer_to_refunds'),
          callTool('issue_refund', { orderId: `A-${index}` }),
          say(`done ${index}`),
        ],
        expect: { finalMessage: `done ${index}`, agents: ['Agent', 'refunds'] },
      }),
    ),
  );
  for (const [index, run] of runs.entries()) {
    expect(messagesOf(run)).toEqual([]);
    expect(run).toHaveToolResult('issue_refund', `refunded A-${index}`);
  }
});

test('a request that does not fit fails the scenario, even if the app did not wait for it', async () => {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'And another thing.' }] });
  const agent = externalAgent(async (turn) => {
    await clientOf(turn).chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
    void turn.fetch(`${turn.baseURL}/chat/completions`, { method: 'POST', body });
  });
  const { passed, failures } = await runScenario({ agent, steps: [user('hi'), say('ok')] });
  expect(passed).toBe(false);
  expect(failures).toMatchObject([{ cause: { name: 'ScriptExhaustedError' } }]);
});
