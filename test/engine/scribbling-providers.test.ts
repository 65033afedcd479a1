import { expect, test } from 'vitest';
import { Agent, type ChatCompletion, type CompletionRequest, type Hooks } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { answeredBy, asking, chunk, chunking, completion, saying } from '../support/completions.ts';
import { bothWays, streamed, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const agent = (): Agent =>
  new Agent({
    functions: [
      function ping() {
        return 'pong';
      },
    ],
    toolChoice: { type: 'function', function: { name: 'ping' } },
  });
const call = { id: 'a', function: { name: 'ping', arguments: '{}' } };

test.for(bothWays)(
  'changes that a provider makes to a request and its lists reach no later request, %s',
  async ([, run]) => {
    const requests: CompletionRequest[] = [];
    const provider = answeredBy((request, _options, count) => {
      requests.push(structuredClone(request));
      request.messages.push({ role: 'user', content: 'scribbled' });
      request.messages.splice(0, 1);
      request.tools?.pop();
      request.model = 'scribbled';
      delete request.parallel_tool_calls;
      return count === 1 ? completion(asking(call)) : saying('ok');
    });

    const response = await run({ agent: agent(), provider });

    expect(requests[1]).toEqual({
      ...requests[0],
      messages: [
        ...requests[0]!.messages,
        expect.objectContaining({ role: 'assistant' }),
        expect.objectContaining({ role: 'tool' }),
      ],
    });
    expect(traceOf(response).requests.map(({ request }) => request)).toEqual(requests);
  },
);

const writes: Record<string, (request: CompletionRequest) => unknown> = {
  'the system message': ({ messages }) => (messages[0]!.content = 'scribbled'),
  'a message of the caller': ({ messages }) => (messages[1]!.content = 'scribbled'),
  'a part of a message': ({ messages }) =>
    ((messages[1]!.content as { text: string }[])[0]!.text = 'scribbled'),
  'a new field of a message': ({ messages }) => Object.assign(messages[1]!, { name: 'Eve' }),
  'the definition of a tool': ({ tools }) => (tools![0]!.function.name = 'scribbled'),
  'the schema of a tool': ({ tools }) =>
    Object.assign(tools![0]!.function.parameters!['properties'] as object, { q: {} }),
  'the tool choice': ({ tool_choice }) =>
    Object.assign((tool_choice as { function: object }).function, { name: 'scribbled' }),
};

for (const [words, write] of Object.entries(writes)) {
  test.for(bothWays)(
    `a provider that writes into ${words} gets a TypeError, and nothing changes, %s`,
    async ([, run]) => {
      const given = {
        agent: agent(),
        messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }],
      };
      const seen: unknown[] = [];
      const provider = answeredBy((request) => {
        seen.push(structuredClone(request));
        write(request);
      });
      const error = (await rejectedWith(run({ ...given, provider }))) as object;
      expect(error).toBeInstanceOf(TypeError);
      expect(traceOf(error).requests.map(({ request }) => request)).toEqual(seen);
      expect(given.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
    },
  );
}

test.for(bothWays)(
  'a provider that writes into the history of the run gets a TypeError, %s',
  async ([, run]) => {
    const provider = answeredBy((request, _options, count) => {
      if (count === 2) request.messages.at(-1)!.content = 'scribbled';
      return count === 1 ? completion(asking(call)) : saying('ok');
    });
    const error = await rejectedWith(run({ agent: agent(), provider }));
    expect(error).toBeInstanceOf(TypeError);
    expect(traceOf(error as object).toolCalls).toMatchObject([{ content: 'pong' }]);
  },
);

test('changing a completion after the provider returned it has no effect', async () => {
  const given: ChatCompletion[] = [];
  const provider = answeredBy((_request, _options, count) => {
    for (const { choices } of given) {
      choices[0]!.message.content = 'scribbled';
      Object.assign(choices[0]!.message.tool_calls![0]!, { id: 'scribbled' });
      Object.assign((choices[0]!.message as unknown as { extra: object }).extra, { scribbled: true });
    }
    const answer = count === 1 ? completion({ ...asking({ ...call }), extra: { n: 1 } }) : saying('ok');
    if (count === 1) given.push(answer);
    return answer;
  });
  const response = await unstreamed({ agent: agent(), provider });
  expect(response.messages[0]).toMatchObject({ content: null, tool_calls: [call], extra: { n: 1 } });
  expect(response.messages[0]).not.toHaveProperty('extra.scribbled');
  expect(traceOf(response).requests[1]?.request.messages[2]).toMatchObject({
    tool_calls: [call],
    extra: { n: 1 },
  });
});

const hooks: Hooks = { afterModel() {} };

test("the provider's completion is not frozen, although hooks see it frozen", async () => {
  const answer = saying('ok');
  await unstreamed({ provider: answeredBy(() => answer), hooks });
  expect([answer, answer.choices, answer.choices[0]!.message].map(Object.isFrozen)).toEqual([
    false,
    false,
    false,
  ]);
});

test("the provider's completion is not frozen if it is a class instance", async () => {
  class Answer {
    readonly choices = saying('ok').choices;
  }
  const answer = new Answer();
  await unstreamed({ provider: answeredBy(() => answer), hooks });
  expect([answer, answer.choices, answer.choices[0]!.message].map(Object.isFrozen)).toEqual([
    false,
    false,
    false,
  ]);
});

test('a provider may return the same completion twice', async () => {
  const answer = completion(asking(call));
  const response = await unstreamed({ agent: agent(), provider: answeredBy(() => answer), maxTurns: 2 });
  expect(response.messages).toHaveLength(4);
});

test('frozen chunks are folded, and no chunk is changed', async () => {
  const chunks = [chunk({ role: 'assistant', content: 'ok' }), chunk({}, 'stop')];
  const before = structuredClone(chunks);
  for (const each of chunks) Object.freeze(Object.freeze(each).choices[0]);
  await streamed({ provider: chunking(chunks) });
  expect(chunks).toEqual(before);
});
