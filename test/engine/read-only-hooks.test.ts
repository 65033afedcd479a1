import { expect, test } from 'vitest';
import { Agent, tool, type Hooks } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, toolContents } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const order = tool({
  name: 'order',
  parameters: {
    type: 'object',
    properties: { item: { type: 'object', properties: { id: { type: 'number' } } } },
  },
  execute: ({ item }) => `ordered ${item.id}`,
});
const agent = (): Agent =>
  new Agent({ functions: [order], toolChoice: { type: 'function', function: { name: 'order' } } });
// The text comes although each request demands a call.
const steps = [callTool('order', { item: { id: 1 } }), say('ok', { hallucinated: true })];

const writes: Record<string, Hooks> = {
  'the event of beforeModel': { beforeModel: (event) => void (event.turn = 7) },
  'a new field of an event': { beforeModel: (event) => void Object.assign(event, { more: true }) },
  'the request': { beforeModel: ({ request }) => void (request.model = 'scribbled') },
  "the request's list of messages": {
    beforeModel: ({ request }) => void request.messages.push({ role: 'user', content: 'scribbled' }),
  },
  'a message of the request': {
    beforeModel: ({ request }) => void (request.messages[0]!.content = 'scribbled'),
  },
  "the request's list of tools": { beforeModel: ({ request }) => void request.tools?.pop() },
  'a tool of the request': {
    beforeModel: ({ request }) => void (request.tools![0]!.function.name = 'scribbled'),
  },
  'the tool choice of the request': {
    beforeModel: ({ request }) =>
      void Object.assign((request.tool_choice as { function: object }).function, { name: 'x' }),
  },
  'the event of afterModel': { afterModel: (event) => void (event.turn = 7) },
  'the completion': { afterModel: ({ completion }) => void (completion.choices = []) },
  'the message of the completion': {
    afterModel: ({ completion }) => void (completion.choices[0]!.message.content = 'scribbled'),
  },
  'the tool calls of the completion': {
    afterModel: ({ completion }) => void completion.choices[0]!.message.tool_calls!.pop(),
  },
  'the event of beforeTool': { beforeTool: (event) => void (event.name = 'scribbled') },
  'the arguments': { beforeTool: ({ args }) => void ((args as { item: unknown }).item = 7) },
  'a nested argument': {
    beforeTool: ({ args }) => void ((args as { item: { id: number } }).item.id = 7),
  },
  'the event of afterTool': { afterTool: (event) => void (event.content = 'scribbled') },
};

for (const [words, hooks] of Object.entries(writes)) {
  test.for(bothWays)(
    `a hook that writes into ${words} gets a TypeError, which ends the run, %s`,
    async ([, run]) => {
      const error = await rejectedWith(run({ agent: agent(), provider: scriptedProvider(steps), hooks }));
      expect(error).toBeInstanceOf(TypeError);
    },
  );

  test.for(bothWays)(
    `a hook that catches the error of writing into ${words} has changed nothing, %s`,
    async ([, run]) => {
      const quiet: Hooks = Object.fromEntries(
        Object.entries(hooks as Record<string, (event: object) => void>).map(([name, hook]) => [
          name,
          (event: object) => {
            try {
              hook(event);
            } catch {
              // The hook swallows the error.
            }
          },
        ]),
      );
      const provider = scriptedProvider(steps);
      const untouched = scriptedProvider(steps);
      const response = await run({ agent: agent(), provider, hooks: quiet });
      await run({ agent: agent(), provider: untouched });
      expect(toolContents(response)).toEqual(['ordered 1']);
      expect(provider.requests).toEqual(untouched.requests);
    },
  );
}

test.for(bothWays)('the provider may still change a request that a hook has seen, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  const changing = {
    complete: (...[request, options]: Parameters<typeof provider.complete>) => {
      request.messages.pop();
      return provider.complete(request, options);
    },
    stream: (...[request, options]: Parameters<typeof provider.stream>) => {
      request.messages.pop();
      return provider.stream(request, options);
    },
  };
  await run({ provider: changing, hooks: { beforeModel() {} } });
  expect(provider.requests[0]?.messages).toHaveLength(1);
});

test.for(bothWays)('a tool and its hook get separate copies of the arguments, %s', async ([, run]) => {
  const change = tool({
    name: 'order',
    parameters: { type: 'object', additionalProperties: true },
    execute(args) {
      args['item'].id = 2;
      return args['item'].id as number;
    },
  });
  const seen: unknown[] = [];
  const hooks: Hooks = { beforeTool: ({ args }) => void seen.push(args) };
  const response = await run({ agent: new Agent({ functions: [change] }), steps, hooks });
  expect(toolContents(response)).toEqual(['2']);
  expect(seen).toEqual([{ item: { id: 1 } }]);
});
