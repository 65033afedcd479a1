/** What readers and attackers of the engine broke once. */
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

test.for(['contains', 'not', 'oneOf'])('an argument named %s is held against its schema', async (name) => {
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
});

test('an argument that no pattern declares is invalid, one that a pattern declares is not', async () => {
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

test('a sync beforeTool hook that aborts keeps the tool from running', async () => {
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

test('instructions that abort keep the model from being asked', async () => {
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

test('a run whose last answer is followed by an abort does not complete', async () => {
  const controller = new AbortController();
  const swarm = new Swarm({
    provider: scriptedProvider([say('ok')]),
    hooks: { afterModel: () => controller.abort('late') },
  });
  await expect(swarm.run({ agent: new Agent(), messages, signal: controller.signal })).rejects.toBe('late');
});

test('the reason of a signal that two runs share tells of neither', async () => {
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
  expect(() => traceOf(reason)).toThrow('ended several runs');
});

test('a context that cannot be copied does not keep a failing run from ending', async () => {
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

test('an empty finish_reason is none', async () => {
  const provider = chunks({ delta: { content: 'half' } }, { finish_reason: '' });
  await expect(streamed(provider)).rejects.toThrow('no finish_reason');
});

test('an empty finish_reason is none, in one piece too', async () => {
  const message = { role: 'assistant', content: 'half', refusal: null };
  const completion = { choices: [{ index: 0, message, finish_reason: '' }] } as unknown as ChatCompletion;
  const provider = { ...chunks(), complete: () => Promise.resolve(completion) };
  await expect(new Swarm({ provider }).run({ agent: new Agent(), messages })).rejects.toThrow(
    'no finish_reason',
  );
});

test('pieces without an index belong to the last call', async () => {
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

test('what is read off a trace cannot be changed', async () => {
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

test('concurrent requests get the ids of their place in the script', async () => {
  // A copy that has no validator yet: the first answer has to wait for it, the second has not.
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

test('a matcher on a run whose script did not fit fails, and so does its opposite', async () => {
  const run = await runScenario({ agent: new Agent(), steps: [user('hi'), say('ok'), say('left over')] });
  expect(() => expect(run).toHaveStoppedBecause('completed')).toThrow('does not fit');
  expect(() => expect(run).not.toHaveCalledTool('anything')).toThrow('does not fit');
});

test.for([
  ['Swarm', () => new Swarm({ providr: {} } as object), { field: 'providr', suggestion: 'provider' }],
  [
    'Swarm of steps',
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
] as const)('a field that nobody reads is refused: %s', async ([, make, facts]) => {
  expect(await factsOfMistake(make)).toEqual({ error: 'UsageError', ...facts });
});
