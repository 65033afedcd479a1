/** Defects of the engine that were found in reviews and attacks. */
import { expect, test, vi } from 'vitest';
import {
  Agent,
  partialResponse,
  Result,
  Swarm,
  tool,
  type ChatCompletion,
  type ChatCompletionChunk,
  type CompletionProvider,
} from 'swarmcheck';
import { callTool, runScenario, say, scriptedProvider, traceOf, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { factsOfMistake } from '../support/facts-of.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

test.for(['contains', 'not', 'oneOf'])(
  'an argument named %s is validated against its schema',
  async (name) => {
    const open = tool({
      name: 'open',
      parameters: { type: 'object', properties: { [name]: { type: 'string' } } },
      execute: () => 'ran',
    });
    const provider = scriptedProvider([callTool('open', { [name]: 5 }, { hallucinated: true }), say('ok')]);
    const response = await new Swarm({ provider }).run({ agent: new Agent({ functions: [open] }), messages });
    expect(response).toHaveRecoveredFrom({
      tool: 'open',
      kind: 'invalid-arguments',
      content: `"${name}" must be a string`,
    });
  },
);

test('an argument is valid if a pattern declares it, and invalid if no pattern does', async () => {
  const parameters = { type: 'object', patternProperties: { '^x_': { type: 'number' } } } as const;
  const open = tool({ name: 'open', parameters, execute: () => 'ran' });
  const provider = scriptedProvider([
    callTool('open', { x_a: 1 }),
    callTool('open', { foo: 1 }, { hallucinated: true }),
    say('ok'),
  ]);
  const response = await new Swarm({ provider }).run({ agent: new Agent({ functions: [open] }), messages });
  expect(traceOf(response).toolCalls.map(({ error }) => error)).toEqual([undefined, 'invalid-arguments']);
});

test('an abort in a synchronous beforeTool hook keeps the tool from running', async () => {
  const controller = new AbortController();
  let ran = false;
  const agent = new Agent({
    functions: [
      function pay() {
        ran = true;
      },
    ],
  });
  const hooks = { beforeTool: () => controller.abort('no') };
  const swarm = new Swarm({ provider: scriptedProvider([callTool('pay')]), hooks });
  await expect(swarm.run({ agent, messages, signal: controller.signal })).rejects.toBe('no');
  expect(ran).toBe(false);
});

test('an abort in the instructions keeps the model from being asked', async () => {
  const controller = new AbortController();
  const provider = scriptedProvider([say('ok')]);
  const agent = new Agent({
    instructions: () => {
      controller.abort('no');
      return 'x';
    },
  });
  await expect(new Swarm({ provider }).run({ agent, messages, signal: controller.signal })).rejects.toBe(
    'no',
  );
  expect(provider.requests).toHaveLength(0);
});

test('an abort after the last answer rejects the run', async () => {
  const controller = new AbortController();
  const swarm = new Swarm({
    provider: scriptedProvider([say('ok')]),
    hooks: { afterModel: () => controller.abort('late') },
  });
  await expect(swarm.run({ agent: new Agent(), messages, signal: controller.signal })).rejects.toBe('late');
});

test('the reason of a signal that aborted two runs has no partial response and no trace', async () => {
  const reason = new Error('closing time');
  const signal = AbortSignal.abort(reason);
  const runOnce = () =>
    new Swarm({ provider: scriptedProvider([]) })
      .run({ agent: new Agent(), messages, signal })
      .catch(() => {});
  await runOnce();
  expect(partialResponse(reason)?.outcome).toBe('aborted');
  await runOnce();
  expect(partialResponse(reason)).toBeUndefined();
  expect(() => traceOf(reason)).toThrow('Several runs ended with this error object');
});

test('a run rejects if its context cannot be copied', async () => {
  const broken = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no copy');
    },
  });
  const agent = new Agent({
    functions: [
      async function spoil(context: { broken?: object }) {
        context.broken = broken;
      },
    ],
  });
  const provider = scriptedProvider([callTool('spoil'), say('ok')]);
  await expect(new Swarm({ provider }).run({ agent, messages })).rejects.toThrow('no copy');
});

function chunks(...deltas: object[]): CompletionProvider {
  return {
    complete: () => Promise.reject(new Error('not streamed')),
    async *stream() {
      for (const choice of deltas)
        yield {
          choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
        } as unknown as ChatCompletionChunk;
    },
  };
}

async function streamed(provider: CompletionProvider) {
  const events = [];
  for await (const event of new Swarm({ provider }).run({
    agent: new Agent(),
    messages,
    stream: true,
    executeTools: false,
  }))
    events.push(event);
  return events;
}

test('an empty finish_reason counts as missing, streamed', async () => {
  const provider = chunks({ delta: { content: 'half' } }, { finish_reason: '' });
  await expect(streamed(provider)).rejects.toThrow('no finish_reason');
});

test('an empty finish_reason counts as missing, unstreamed', async () => {
  const message = { role: 'assistant', content: 'half', refusal: null };
  const completion = { choices: [{ index: 0, message, finish_reason: '' }] } as unknown as ChatCompletion;
  const provider = { ...chunks(), complete: () => Promise.resolve(completion) };
  await expect(new Swarm({ provider }).run({ agent: new Agent(), messages })).rejects.toThrow(
    'no finish_reason',
  );
});

test('pieces of a tool call without an index belong to the last call', async () => {
  const call = (index: number, id: string) => ({
    delta: { tool_calls: [{ index, id, function: { name: id, arguments: '' } }] },
  });
  const piece = (text: string) => ({ delta: { tool_calls: [{ function: { arguments: text } }] } });
  const provider = chunks(call(0, 'a'), piece('{}'), call(1, 'b'), piece('{"x"'), piece(':1}'), {
    finish_reason: 'tool_calls',
  });
  const last = (await streamed(provider)).at(-1);
  expect(last).toMatchObject({
    response: {
      messages: [{ tool_calls: [{ function: { arguments: '{}' } }, { function: { arguments: '{"x":1}' } }] }],
    },
  });
});

test('the events of a trace cannot be changed', async () => {
  const run = await runScenario({
    agent: new Agent(),
    contextVariables: { a: { b: 1 } },
    steps: [user('hi'), say('ok')],
  });
  const [start] = run.trace.events;
  expect(() =>
    Object.assign((start as { contextVariables: { a: object } }).contextVariables.a, { b: 2 }),
  ).toThrow(TypeError);
});

test('concurrent requests get call ids by their place in the script', async () => {
  // A fresh copy without a validator: the first answer has to wait for it, the second does not.
  vi.resetModules();
  const fresh = await import('swarmcheck/testing');
  const tools = [
    {
      type: 'function' as const,
      function: { name: 't', parameters: { type: 'object', properties: { q: { type: 'string' } } } },
    },
  ];
  const provider = fresh.scriptedProvider([callTool('t', { q: 'x' }), callTool('t', '{"q":1}')]);
  const answers = await Promise.all([1, 2].map(() => provider.complete({ model: 'm', messages, tools })));
  expect(answers.map(({ choices }) => choices[0]?.message.tool_calls?.[0]?.id)).toEqual(['call_1', 'call_2']);
});

test('a matcher fails for a run whose script did not fit, and so does its negation', async () => {
  const run = await runScenario({ agent: new Agent(), steps: [user('hi'), say('ok'), say('left over')] });
  expect(() => expect(run).toHaveStoppedBecause('completed')).toThrow('does not fit');
  expect(() => expect(run).not.toHaveCalledTool('anything')).toThrow('does not fit');
});

test.for([
  ['Swarm', () => new Swarm({ providr: {} } as object), { field: 'providr', suggestion: 'provider' }],
  [
    'Swarm with steps as its provider',
    () => new Swarm({ provider: [say('x')] as unknown as CompletionProvider }),
    { given: 'an array of 1 item' },
  ],
  [
    'Agent',
    () => new Agent({ tool_choice: 'auto' } as object),
    { field: 'tool_choice', suggestion: 'toolChoice' },
  ],
  [
    'Result',
    () => new Result({ context_variables: {} } as object),
    { field: 'context_variables', suggestion: 'contextVariables' },
  ],
] as const)('an unknown or invalid option is refused: %s', async ([, make, facts]) => {
  expect(await factsOfMistake(make)).toEqual({ error: 'UsageError', ...facts });
});
