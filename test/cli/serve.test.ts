import { createServer, type AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Serving } from './serving.ts';
import { Project, scenarioSource, stackTrace } from './swarmcheck.ts';

// Some tests start a process, and the machine may be busy.
const patience = 30_000;

const refund = `
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, modelFails, say, user } from 'swarmcheck/testing';
const agent = new Agent({ name: 'Desk' });

export const refund = defineScenario({
  name: 'a refund',
  agent,
  steps: [user('hi'), callTool('look_up', { q: 'ü' }), say('Grüße 你好', { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })],
});
export const greeting = defineScenario({
  name: 'a greeting',
  agent,
  steps: [say('hello')],
});
export const echo = defineScenario({
  name: 'an echo',
  agent,
  steps: [
    (request) => callTool('look_up', { q: request.messages[0].content }),
    (request) => say('said: ' + request.messages[0].content + ', found: ' + request.messages.at(-1).content),
  ],
});
export const failing = defineScenario({
  name: 'a failure',
  agent,
  steps: [modelFails({ kind: 'status', status: 503, retryAfterMs: 0 }), modelFails({ kind: 'reset' }), say('here')],
});
export const slow = defineScenario({
  name: 'slowness',
  agent,
  steps: [(request) => say('ok', { latencyMs: request.messages[0].content === 'slow' ? 1500 : 0 })],
});
export const long = defineScenario({
  name: 'a long answer',
  agent,
  steps: [say('ü'.repeat(2_000_000))],
});
export const hanging = defineScenario({
  name: 'a hanging answer',
  agent,
  steps: [say('x', { fault: { kind: 'hung-body' } })],
});
`;

const tools = [
  {
    type: 'function',
    function: { name: 'look_up', parameters: { type: 'object', properties: { q: { type: 'string' } } } },
  } as const,
];
const hi = [{ role: 'user', content: 'hi' }] as const;

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];

let project: Project;
beforeAll(async () => {
  project = await Project.of({ 'refund.scenario.ts': refund, 'one.scenario.ts': scenarioSource('one') });
});
afterAll(async () => await project[Symbol.asyncDispose]());

const serve = (filter: string, ...args: string[]) =>
  Serving.start(project, ['refund.scenario.ts', '--filter', filter, ...args]);
/** For tests of signals, and of how the process ends. */
const serveInProcessOfItsOwn = (filter: string, ...args: string[]) =>
  Serving.spawn(project, ['refund.scenario.ts', '--filter', filter, ...args]);

const clientOf = ({ baseURL }: Serving, conversation?: string) =>
  new OpenAI({
    baseURL,
    apiKey: 'none',
    maxRetries: 0,
    ...(conversation === undefined ? {} : { defaultHeaders: { 'x-swarmcheck-conversation': conversation } }),
  });

const post = ({ baseURL }: Serving, body: unknown, init: RequestInit = {}) =>
  fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });

/** A conversation of a client: asks, and answers each tool call with `result`, until a message has no calls. */
async function converse(client: OpenAI, content: string, result = 'ok'): Promise<string | null> {
  const messages: Messages = [{ role: 'user', content }];
  for (;;) {
    const { choices } = await client.chat.completions.create({ model: 'm', messages, tools: [...tools] });
    const { message } = choices[0]!;
    if (!message.tool_calls) return message.content;
    messages.push(message);
    for (const { id } of message.tool_calls)
      messages.push({ role: 'tool', tool_call_id: id, content: result });
  }
}

describe('a served script', { timeout: patience }, () => {
  test('the address is printed, and so is each request with its answer', async () => {
    await using serving = await serve('refund');
    expect(serving.stdout).toMatch(
      /^Serving "a refund" at http:\/\/127\.0\.0\.1:\d+\/v1 \(POST \/chat\/completions\)\. Ctrl-C stops it\.\n$/,
    );
    expect(await converse(clientOf(serving), 'hi')).toBe('Grüße 你好');
    const { code, stdout, stderr } = await serving.stop();
    expect(stdout.split('\n').slice(1)).toEqual([
      'conversation 1: user "hi" → look_up({"q":"ü"})',
      'conversation 1: tool "ok" → "Grüße 你好"',
      '',
    ]);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a plain fetch gets JSON, or server-sent events if it asks for a stream', async () => {
    await using serving = await serve('echo');
    const whole = await post(serving, { model: 'm', messages: hi, tools });
    expect(whole.headers.get('content-type')).toBe('application/json');
    expect(await whole.json()).toMatchObject({
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: { tool_calls: [{ function: { arguments: '{"q":"hi"}' } }] },
        },
      ],
      usage: { total_tokens: 0 },
    });
    const streamed = await post(serving, { model: 'm', messages: hi, tools, stream: true });
    expect(streamed.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const frames = (await streamed.text()).split('\n\n');
    expect(frames.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(frames.slice(0, -2).every((frame) => frame.startsWith('data: {"id":"chatcmpl-1"'))).toBe(true);
  });

  test('200 concurrent conversations with their own headers do not mix', async () => {
    await using serving = await serve('echo');
    const said = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        converse(clientOf(serving, `c${index}`), `user ${index}`, `result ${index}`),
      ),
    );
    expect(said).toEqual(
      Array.from({ length: 200 }, (_, index) => `said: user ${index}, found: result ${index}`),
    );
    expect((await serving.stop()).code).toBe(0);
  });

  test('concurrent conversations without headers are distinguished by their history', async () => {
    await using serving = await serve('echo');
    const said = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        converse(clientOf(serving), `user ${index}`, `result ${index}`),
      ),
    );
    expect(said).toEqual(
      Array.from({ length: 20 }, (_, index) => `said: user ${index}, found: result ${index}`),
    );
    expect((await serving.stop()).code).toBe(0);
  });

  test('a request that could belong to two conversations is refused with 409, and the exit code is 1', async () => {
    await using serving = await serve('echo');
    const client = clientOf(serving);
    const asked = await client.chat.completions.create({ model: 'm', messages: [...hi], tools: [...tools] });
    await client.chat.completions.create({ model: 'm', messages: [...hi], tools: [...tools] });
    const { message } = asked.choices[0]!;
    const answer = { role: 'tool', tool_call_id: message.tool_calls![0]!.id, content: 'ok' } as const;
    const refused = client.chat.completions.create({
      model: 'm',
      messages: [...hi, message, answer],
      tools: [...tools],
    });
    await expect(refused).rejects.toThrow(OpenAI.ConflictError);
    await expect(refused).rejects.toThrow('Tell them apart by the header "x-swarmcheck-conversation".');
    const { code, stdout, stderr } = await serving.stop();
    expect(stdout).toMatch('refused: The conversations 1 and 2 are equal so far');
    expect(stderr).toMatch('The conversations 1 and 2 are equal so far');
    expect(code).toBe(1);
  });

  test('the exit code is 1 for a call that was not offered, even if the client caught the error', async () => {
    await using serving = await serve('echo');
    const asked = clientOf(serving).chat.completions.create({ model: 'm', messages: [...hi] });
    await asked.catch(() => 'sorry');
    const { code, stderr } = await serving.stop();
    expect(stderr).toMatch(/^Conversation 1: Step \d+ .* which the model was not offered\./);
    expect(code).toBe(1);
  });

  test('faults reach the client as HTTP and connection errors, and a client that retries continues its conversation', async () => {
    await using serving = await serve('failure');
    const { completions } = clientOf(serving).chat;
    const ask = () => completions.create({ model: 'm', messages: [...hi] });
    await expect(ask()).rejects.toThrow(OpenAI.InternalServerError);
    await expect(ask()).rejects.toThrow(OpenAI.APIConnectionError);
    expect((await ask()).choices[0]?.message.content).toBe('here');
    const { code, stdout } = await serving.stop();
    expect(stdout.split('\n').slice(1)).toEqual([
      'conversation 1: user "hi" → status 503',
      'conversation 1: user "hi" → connection error',
      'conversation 1: user "hi" → "here"',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('a latency is real time, and delays no other conversation', async () => {
    await using serving = await serve('slowness');
    const order: string[] = [];
    const ask = async (content: string) => {
      await clientOf(serving, content).chat.completions.create({
        model: 'm',
        messages: [{ role: 'user', content }],
      });
      order.push(content);
    };
    const slow = ask('slow');
    for (let index = 1; index <= 10; index++) await ask(`quick ${index}`);
    await slow;
    expect(order).toHaveLength(11);
    expect(order.at(-1)).toBe('slow');
  });

  test('another path gets 404 with the path that exists, and starts no conversation', async () => {
    await using serving = await serve('greeting');
    const { origin } = new URL(serving.baseURL);
    for (const path of ['/', '/v1/models', '/../../etc/passwd', '/v1/%2e%2e/secret']) {
      const response = await fetch(`${origin}${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: {
          message: expect.stringMatching(
            /^Only POST \/chat\/completions is available here, but the request was GET .* Check the base URL/,
          ),
        },
      });
    }
    await expect(clientOf(serving).responses.create({ model: 'm', input: 'hi' })).rejects.toThrow(
      'client.chat.completions.create',
    );
    await clientOf(serving).chat.completions.create({ model: 'm', messages: [...hi] });
    const { code, stdout } = await serving.stop();
    expect(stdout).toMatch(
      'refused: Only POST /chat/completions is available here, but the request was GET /v1/models.',
    );
    expect(stdout).toMatch(
      'refused: The client called POST /responses, the Responses API, but only Chat Completions is available.',
    );
    expect(code).toBe(0);
  });

  test('a body that is not a request gets 400, and starts no conversation', async () => {
    await using serving = await serve('greeting');
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '7',
      '"x"',
      '{"model":"m"}',
      '{"messages":[{"role":"user","content":"x"}]}',
      '{"model":"m","messages":[null]}',
    ])
      expect([body, (await post(serving, body)).status]).toEqual([body, 400]);
    await clientOf(serving).chat.completions.create({ model: 'm', messages: [...hi] });
    const { code, stdout } = await serving.stop();
    expect(stdout).toMatch('refused: We could not parse the JSON body of your request.');
    expect(code).toBe(0);
  });

  test('fields named like members of Object.prototype are ordinary fields', async () => {
    await using serving = await serve('greeting');
    const body = `{"model":"m","__proto__":{"stream":true},"constructor":{"prototype":{"a":1}},"messages":[{"role":"user","content":"hi","__proto__":{"role":"x"}}]}`;
    const response = await post(serving, body);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
    expect((await serving.stop()).code).toBe(0);
  });

  test('texts of clients cannot move the cursor of the terminal', async () => {
    await using serving = await serve('greeting');
    await post(
      serving,
      { model: 'm', messages: [{ role: 'user', content: '\u001b[2J\r\u202ehi' }] },
      { headers: { 'x-swarmcheck-conversation': 'a\tb' } },
    );
    const { stdout } = await serving.stop();
    for (const control of ['\u001b', '\r', '\u202e']) expect(stdout).not.toContain(control);
    expect(stdout).toMatch('\\x202e');
  });

  test('a request beyond the script is an error for the client, and the exit code is 1', async () => {
    await using serving = await serve('greeting');
    const client = clientOf(serving, 'ann');
    await client.chat.completions.create({ model: 'm', messages: [...hi] });
    await expect(client.chat.completions.create({ model: 'm', messages: [...hi] })).rejects.toThrow(
      /500 Completion 2 was requested/,
    );
    const { code, stderr } = await serving.stop();
    expect(stderr).toMatch(
      'Conversation ann: Completion 2 was requested, but the script has 1 step for the model, and its last step is say("hello").',
    );
    expect(code).toBe(1);
  });
});

describe('the end of serving', { timeout: patience }, () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    '%s with steps left over gives code 1, and lists them',
    async (signal) => {
      await using serving = await serveInProcessOfItsOwn('refund');
      await clientOf(serving).chat.completions.create({ model: 'm', messages: [...hi], tools: [...tools] });
      const { code, stderr } = await serving.stop(signal);
      expect(stderr).toMatch(
        /^Conversation 1: The script was not played to its end: 1 step is left over\.[^]*step 3 {2}say\("Grüße 你好"\)\n$/,
      );
      expect(code).toBe(1);
    },
  );

  test('without any request, the code is 1', async () => {
    await using serving = await serve('greeting');
    const { code, stderr } = await serving.stop();
    expect([code, stderr]).toEqual([1, 'No request arrived, so no step of the script was played.\n']);
  });

  test('a signal ends an answer that hangs', async () => {
    await using serving = await serveInProcessOfItsOwn('hanging');
    const response = await post(serving, { model: 'm', messages: hi });
    const body = response.text().catch((error: unknown) => error);
    expect((await serving.stop()).code).toBe(0);
    expect(await body).toBeInstanceOf(Error);
  });

  test('--once ends with code 0 after one conversation has played the script', async () => {
    await using serving = await serveInProcessOfItsOwn('refund', '--once');
    expect(await converse(clientOf(serving), 'hi')).toBe('Grüße 你好');
    const { code, stderr } = await serving.ended;
    expect([code, stderr]).toEqual([0, '']);
  });

  test.for([false, true])(
    '--once sends the whole last answer before it ends (streamed: %s)',
    async (stream) => {
      await using serving = await serveInProcessOfItsOwn('long', '--once');
      const text = await (await post(serving, { model: 'm', messages: hi, stream })).text();
      expect(text).toMatch(stream ? /data: \[DONE\]\n\n$/ : /\}$/);
      expect((await serving.ended).code).toBe(0);
    },
  );

  test('--once ends with code 1 if another conversation has steps left', async () => {
    await using serving = await serve('refund', '--once');
    await clientOf(serving, 'ann').chat.completions.create({
      model: 'm',
      messages: [...hi],
      tools: [...tools],
    });
    await converse(clientOf(serving, 'bob'), 'hi');
    const { code, stderr } = await serving.ended;
    expect(stderr).toMatch('Conversation ann:');
    expect(code).toBe(1);
  });
});

describe('--json', { timeout: patience }, () => {
  test('it prints one document to stdout, and the text for people to stderr', async () => {
    await using serving = await serve('refund', '--json');
    await converse(clientOf(serving, 'ann'), 'hi');
    await clientOf(serving, 'bob').chat.completions.create({
      model: 'm',
      messages: [...hi],
      tools: [...tools],
    });
    const { baseURL } = serving;
    const { code, stdout, stderr } = await serving.stop();
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      url: baseURL,
      conversations: [
        { name: 'ann', requests: 2, remaining: 0 },
        { name: 'bob', requests: 1, remaining: 1 },
      ],
      leftovers: [expect.stringMatching(/^Conversation bob: .*1 step is left over/)],
    });
    expect(stderr).toMatch('conversation ann: user "hi" → look_up({"q":"ü"})');
    expect(code).toBe(1);
  });
});

describe('usage errors', { timeout: patience }, () => {
  const wrong: [what: string, args: string[], words: RegExp][] = [
    [
      'a port that is not a number',
      ['refund.scenario.ts', '--port', 'abc'],
      /--port.*'abc' is invalid\. It must be a number from 0 to 65535/,
    ],
    [
      'a port that is too high',
      ['refund.scenario.ts', '--port', '65536'],
      /It must be a number from 0 to 65535/,
    ],
    ['a negative port', ['refund.scenario.ts', '--port=-1'], /It must be a number from 0 to 65535/],
    [
      'a file with several scenarios',
      ['refund.scenario.ts'],
      /It has 7 scenarios: "an echo", "a failure".* Choose one: --filter/,
    ],
    [
      'a filter that matches several scenarios',
      ['refund.scenario.ts', '--filter', 'a'],
      /Choose one: --filter/,
    ],
    [
      'a filter that matches no scenario',
      ['refund.scenario.ts', '--filter', 'sales'],
      /No scenario name contains "sales"\. The names are: "an echo"/,
    ],
    [
      'a file that does not exist',
      ['nowhere.scenario.ts'],
      /nowhere\.scenario\.ts: The file does not exist\./,
    ],
    ['a missing file argument', [], /missing required argument 'file'/],
    ['an unknown option', ['refund.scenario.ts', '--prot', '1'], /unknown option '--prot'/],
  ];

  test.for(wrong)('%s gives code 2', async ([, args, words]) => {
    const { code, stdout, stderr } = await project.swarmcheck(['serve', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(stackTrace);
  });

  test('a port that is in use gives code 2, and is named', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await project.swarmcheck(['serve', 'one.scenario.ts', '--port', String(port)]);
    await new Promise((resolve) => taken.close(resolve));
    expect(stderr).toMatch(new RegExp(`^The port ${port} cannot be used: .*EADDRINUSE`));
    expect(code).toBe(2);
  });

  test('--help says how to distinguish conversations', async () => {
    const { code, stdout } = await project.swarmcheck(['serve', '--help']);
    expect(stdout).toMatch('x-swarmcheck-conversation');
    expect(code).toBe(0);
  });
});

test('a file with one scenario needs no filter', { timeout: patience }, async () => {
  await using serving = await Serving.start(project, ['one.scenario.ts', '--port', '0']);
  expect(serving.stdout).toMatch('Serving "one" at');
});
