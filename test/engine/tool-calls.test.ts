import { expect, test, vi } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf, type Step } from 'swarmcheck/testing';
import { bothWays, toolContents } from '../support/runs.ts';

const order = tool({
  name: 'order',
  parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  execute: ({ item }) => `ordered ${item}`,
});
const ping = function ping() {
  return 'pong';
};
const agent = new Agent({ functions: [order, ping] });

test.for(bothWays)('calls are executed in order, one after another, %s', async ([, run]) => {
  const log: string[] = [];
  const slow = (name: string) =>
    tool({
      name,
      async execute() {
        log.push(`${name} starts`);
        await Promise.resolve();
        log.push(`${name} ends`);
      },
    });
  await run({
    agent: new Agent({ functions: [slow('a'), slow('b')] }),
    steps: [callTools([callTool('b'), callTool('a')]), say('ok')],
  });
  expect(log).toEqual(['b starts', 'b ends', 'a starts', 'a ends']);
});

test.for(bothWays)('each call yields a tool message with its id, name and content, %s', async ([, run]) => {
  const steps = [callTools([callTool('order', { item: 'pen' }), callTool('ping')]), say('ok')];
  const response = await run({ agent, steps });
  expect(response.messages.slice(1, 3)).toEqual([
    { role: 'tool', tool_call_id: 'call_1', tool_name: 'order', content: 'ordered pen' },
    { role: 'tool', tool_call_id: 'call_2', tool_name: 'ping', content: 'pong' },
  ]);
});

test.for(bothWays)(
  'an unknown tool is answered with the names of the tools, and the next call runs, %s',
  async ([, run]) => {
    const steps = [
      callTools([callTool('odrer', 'not JSON', { hallucinated: true }), callTool('ping')]),
      say('ok'),
    ];
    const response = await run({ agent, steps });
    expect(toolContents(response)).toEqual([
      'Error: Tool odrer not found. Available tools: order, ping.',
      'pong',
    ]);
    expect(traceOf(response).toolCalls[0]).toMatchObject({
      tool: 'odrer',
      args: 'not JSON',
      error: 'unknown-tool',
    });
  },
);

test.for(bothWays)("a call of '' counts as a call of an unknown tool, %s", async ([, run]) => {
  const response = await run({ agent, steps: [callTool('', {}, { hallucinated: true }), say('ok')] });
  expect(toolContents(response)).toEqual(['Error: Tool  not found. Available tools: order, ping.']);
});

test.for(bothWays)('the answer to an unknown tool says that the agent has no tools, %s', async ([, run]) => {
  const response = await run({ steps: [callTool('ping', {}, { hallucinated: true }), say('ok')] });
  expect(toolContents(response)).toEqual(['Error: Tool ping not found. There are no tools.']);
});

const wrongCalls = {
  'malformed JSON': [
    '{"item": "pen"',
    'invalid-json',
    'They are not valid JSON. Arguments: item (string, required).',
  ],
  'text in place of JSON': [
    'pen',
    'invalid-json',
    'They are not valid JSON. Arguments: item (string, required).',
  ],
  'a JSON array': [
    '["pen"]',
    'invalid-arguments',
    'They must be a JSON object, not an array of 1 item. Arguments: item (string, required).',
  ],
  'a JSON string': [
    '"pen"',
    'invalid-arguments',
    'They must be a JSON object, not the string "pen". Arguments: item (string, required).',
  ],
  'JSON null': [
    'null',
    'invalid-arguments',
    'They must be a JSON object, not null. Arguments: item (string, required).',
  ],
  'a missing argument': [
    '{}',
    'invalid-arguments',
    '"item" is missing (string). Arguments: item (string, required).',
  ],
  'an undeclared argument': [
    '{"item":"pen","size":"L"}',
    'invalid-arguments',
    '"size" is not an argument of this tool. Arguments: item (string, required).',
  ],
} as const;

for (const [words, [rawArgs, kind, text]] of Object.entries(wrongCalls)) {
  test.for(bothWays)(
    `${words} is answered with an error, the other calls still run, and the model is asked again, %s`,
    async ([, run]) => {
      const steps = [callTools([callTool('order', rawArgs), callTool('ping')]), say('Sorry.')];
      const response = await run({ agent, steps });
      expect(toolContents(response)).toEqual([`Error: Invalid arguments for tool order. ${text}`, 'pong']);
      expect(traceOf(response).toolCalls[0]).toMatchObject({ error: kind });
      expect(response.messages.at(-1)).toMatchObject({ content: 'Sorry.' });
    },
  );
}

const failing = {
  'an exception in the tool': [
    () => {
      throw new Error('out of stock');
    },
    'threw',
    'Error: Tool fail failed: out of stock',
  ],
  'a rejected promise': [
    () => Promise.reject(new Error('out of stock')),
    'threw',
    'Error: Tool fail failed: out of stock',
  ],
  'a value that cannot be sent as text': [
    () => 1n,
    'not-serializable',
    'Error: Tool fail ran, but returned a bigint, which cannot be sent as text.',
  ],
} as const;

for (const [words, [execute, kind, text]] of Object.entries(failing)) {
  test.for(bothWays)(
    `${words} is answered with an error, the other calls still run, and the model is asked again, %s`,
    async ([, run]) => {
      const unsteady = new Agent({ functions: [tool({ name: 'fail', execute }), ping] });
      const steps = [callTools([callTool('fail'), callTool('ping')]), say('Sorry.')];
      const response = await run({ agent: unsteady, steps });
      expect(toolContents(response)).toEqual([text, 'pong']);
      expect(traceOf(response).toolCalls[0]).toMatchObject({ error: kind });
      expect(response.messages.at(-1)).toMatchObject({ content: 'Sorry.' });
    },
  );
}

test.for(bothWays)(
  'arguments of a wrong type are answered with an error, and the tool is not called, %s',
  async ([, run]) => {
    const execute = vi.fn<() => void>();
    const paint = tool({
      name: 'paint',
      parameters: { type: 'object', properties: { litres: { type: 'number' } } },
      execute,
    });
    const steps = [callTool('paint', { litres: '7' }, { hallucinated: true }), say('Sorry.')];
    const response = await run({ agent: new Agent({ functions: [paint] }), steps });
    expect(toolContents(response)).toEqual([
      'Error: Invalid arguments for tool paint. "litres" must be a number, but is the string "7". Arguments: litres (number).',
    ]);
    expect(execute).not.toHaveBeenCalled();
  },
);

test.for(bothWays)('every call with a duplicate id runs, and its answer has that id, %s', async ([, run]) => {
  const step: Step = callTools([callTool('order', { item: 'pen' }, {}), callTool('order', { item: 'ink' })]);
  const provider = scriptedProvider([
    { calls: step.calls!.map((call) => ({ ...call, id: 'same' })) },
    say('ok'),
  ]);
  const response = await run({ agent, provider });
  expect(response.messages.slice(1, 3)).toMatchObject([
    { tool_call_id: 'same', content: 'ordered pen' },
    { tool_call_id: 'same', content: 'ordered ink' },
  ]);
});
