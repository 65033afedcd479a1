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

/** An app that asks once for every message, with all that was said. */
const chat = externalAgent(async (turn) => {
  const messages = turn.messages as OpenAI.Chat.Completions.ChatCompletionMessageParam[];
  await clientOf(turn).chat.completions.create({ model: 'gpt-4o', messages });
});

test.for(ways)('calls, results and handoffs are read off the wire, %s', async ([, habit]) => {
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

test.for([false, true])('by fetch or by the address, one trace (streamed: %s)', async (stream) => {
  const [fetched, addressed] = [
    await runScenario({ agent: refundApp({ by: 'fetch', stream }), steps: refund }),
    await runScenario({ agent: refundApp({ by: 'baseURL', stream }), steps: refund }),
  ];
  expect(addressed.trace.diff(fetched.trace)).toBeUndefined();
});

test.for(ways)('every matcher holds of it, %s', async ([, habit]) => {
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

test('expectations hold of it', async () => {
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

test('a call that was wrong is one the model recovered from', async () => {
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

test.for(ways)('several user steps are several runs, and the agent stays, %s', async ([, habit]) => {
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

test('parallel calls are in order', async () => {
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

test('the app is told what the user says, and what was said', async () => {
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

test('the app is given an address on loopback, and a key', async () => {
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

test('what broke off was not said', async () => {
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

test('several user messages in a row are one turn of the app', async () => {
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

test('of an app with an agent as a tool the final message is what it said last', async () => {
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
    expect: { finalMessage: 'a drake', toolCalls: ['ask_expert'], agents: ['Agent'] },
  });
  expect(messagesOf(run)).toEqual([]);
  expect(run).toHaveToolResult('ask_expert', 'a duck');
});

test('the state of the app is its own: no response comes of it', async () => {
  const run = await runScenario({ agent: refundApp(), steps: refund });
  expect(run.response).toBeUndefined();
  expect(run.error).toBeUndefined();
});

// ── Failures ──

test('an app that rejects fails with its error, the very object', async () => {
  const reason = new Error('of the app');
  const run = await runScenario({
    agent: externalAgent(() => Promise.reject(reason)),
    steps: [user('x'), say('y')],
  });
  expect(run.error).toBe(reason);
  expect(run.trace.outcome).toBe('failed');
  expect(reasonsOf(run)).toEqual([expect.stringContaining('of the app')]);
});

test('an app that throws at once fails likewise', async () => {
  const reason = new Error('at once');
  const agent = externalAgent(() => {
    throw reason;
  });
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(run.error).toBe(reason);
});

test('an app that resolves to no promise is done', async () => {
  const agent = externalAgent((() => 'done') as unknown as () => Promise<string>);
  expect((await runScenario({ agent, steps: [user('x')] })).trace.outcome).toBe('completed');
});

test.for(ways)('a request beyond the script fails an app that says nothing of it, %s', async ([, habit]) => {
  const app = refundApp(habit);
  const swallowing = externalAgent((turn) => app.respond(turn).catch(() => 'sorry'));
  const run = await runScenario({ agent: swallowing, steps: refund.slice(0, 3) });
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
  expect(run.passed).toBe(false);
  expect(run.trace.outcome).toBe('failed');
});

test.for(ways)('a request beyond the script is not tried again, %s', async ([, habit]) => {
  const run = await runScenario({ agent: refundApp({ ...habit, maxRetries: 2 }), steps: refund.slice(0, 3) });
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
  expect(run.trace.requests).toHaveLength(3);
});

test('of several mistakes the first counts', async () => {
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

test('what a function step throws is the error of the run, however the app takes it', async () => {
  const reason = new Error('of the test');
  const app = refundApp();
  const agent = externalAgent((turn) => app.respond(turn).catch(() => {}));
  const fail = () => {
    throw reason;
  };
  expect((await runScenario({ agent, steps: [user('x'), fail] })).error).toBe(reason);
});

test('steps that are left over fail an app that has answered', async () => {
  const run = await runScenario({ agent: refundApp(), steps: [...refund, say('more')] });
  expect(messagesOf(run)[0]).toMatch(/before step 5: 1 step is left over[^]*step 5 {2}say\("more"\)/);
});

test('an app that asks nothing leaves all over', async () => {
  const run = await runScenario({ agent: externalAgent(async () => 'hi'), steps: [user('x'), say('y')] });
  expect(messagesOf(run)[0]).toMatch('left over');
  expect(run.trace.events.map(({ type }) => type)).toEqual(['run-start', 'run-end']);
});

test.for(ways)('a request that the API would refuse is refused, %s', async ([, habit]) => {
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

test.for(ways)('the Responses API is refused with what to choose instead, %s', async ([, habit]) => {
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

test.for(ways)('another path is refused with the one there is, %s', async ([, habit]) => {
  const agent = externalAgent((turn) =>
    clientOf({ ...turn, baseURL: `${turn.baseURL}/x` }, habit).models.list(),
  );
  const run = await runScenario({ agent, steps: [user('x')] });
  expect(run.error).toBeInstanceOf(OpenAI.NotFoundError);
  expect(run.error).toHaveProperty('message', expect.stringContaining('GET /v1/x/models was asked for'));
});

test.for(ways)(
  'a scripted failure reaches the app as the client throws it, and the user goes on, %s',
  async ([, habit]) => {
    const run = await runScenario({
      agent: refundApp(habit),
      steps: [user('x'), modelFails({ kind: 'status', status: 429 }), user('once more'), say('here')],
    });
    expect(messagesOf(run)).toEqual([]);
    expect(run.trace.events.filter(({ type }) => type === 'run-end')).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'completed' },
    ]);
  },
);

test.for(ways)(
  'a scripted failure that the client tries again is no failure of the app, %s',
  async ([, habit]) => {
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
  },
);

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

test('an app that leaves a stream in the middle and is content has completed', async () => {
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

test('latency is not waited for', async () => {
  const run = await runScenario({ agent: chat, steps: [user('x'), say('y', { latencyMs: 1_000_000 })] });
  expect(run.passed).toBe(true);
});

// ── What is malformed ──

test.for([
  ['maxTurns', 3],
  ['executeTools', false],
  ['modelOverride', 'gpt-4o'],
  ['tools', { issue_refund: 'done' }],
  ['hooks', {}],
  ['contextVariables', { user: 'Ann' }],
] as const)('%s is refused with what to do', async ([field, value]) => {
  const scenario = { name: 'refund', agent: refundApp(), steps: refund, [field]: value };
  expect(await factsOfMistake(() => runScenario(scenario))).toEqual({ error: 'UsageError', field });
});

test('a field that is undefined is as if it were not there', async () => {
  const run = await runScenario({
    agent: chat,
    steps: [user('x'), say('y')],
    maxTurns: undefined,
    tools: undefined,
  });
  expect(run.passed).toBe(true);
});

test.for([undefined, 'http://127.0.0.1', { respond: () => {} }, new OpenAI({ apiKey: 'none' })])(
  'externalAgent refuses what is no function: %s',
  (given) => {
    expect(() => externalAgent(given as never)).toThrow(
      'externalAgent takes a function that answers the user: externalAgent(async ({ message, baseURL }) => …).',
    );
  },
);

// ── What is left behind ──

test.for(['done', 'rejected'] as const)('the server is closed when the app has %s', async (how) => {
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
  // The very port is free again.
  const { port } = new URL(baseURL);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(Number(port), '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});

test('scenarios that are played at once do not mix', async () => {
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
