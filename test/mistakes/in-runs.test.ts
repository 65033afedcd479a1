import OpenAI from 'openai';
import { test } from 'vitest';
import { Swarm, type ChatCompletion } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { desk, messages } from './desk.ts';
import { messageOf } from './message-of.ts';

/** A Swarm whose model says hello. */
function swarm(): Swarm {
  return new Swarm({ provider: scriptedProvider([say('Hello.')]) });
}

test('an OpenAI client in place of a provider', async ({ expect }) => {
  const client = new OpenAI({ apiKey: 'none' });
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm({ provider: client }))).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is an OpenAI. An OpenAI client is made one by openaiProvider(client)."`,
  );
});

test('steps in place of a provider', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm({ provider: [say('Hello.')] }))).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is an array of 1 items. Steps are made one by scriptedProvider([…]) of "swarmcheck/testing"."`,
  );
});

test('a misspelt field of a Swarm', async ({ expect }) => {
  const provider = scriptedProvider([]);
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm({ provier: provider }))).toMatchInlineSnapshot(
    `"A Swarm has no field "provier". Did you mean "provider"? Its fields: provider, hooks, log."`,
  );
});

test('a provider that answers with a message in place of a completion', async ({ expect }) => {
  const provider = {
    ...scriptedProvider([]),
    complete: () => Promise.resolve({ role: 'assistant', content: 'Hello.' } as unknown as ChatCompletion),
  };
  expect(await messageOf(() => new Swarm({ provider }).run({ agent: desk, messages }))).toMatchInlineSnapshot(
    `"The model's answer cannot be acted on: it has no choices. Received: {"role":"assistant","content":"Hello."}"`,
  );
});

test('a run of nothing', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run())).toMatchInlineSnapshot(
    `"run takes one object: run({ agent, messages }). It was given undefined."`,
  );
});

test("the agent's name in place of the agent of a run", async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: 'Desk', messages }))).toMatchInlineSnapshot(
    `"The agent of a run must be an Agent, but is the string "Desk"."`,
  );
});

test('a run without messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk }))).toMatchInlineSnapshot(
    `"The messages of a run must be a list, but are undefined."`,
  );
});

test('a text in place of the messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk, messages: 'hi' }))).toMatchInlineSnapshot(
    `"The messages of a run must be a list, but are the string "hi"."`,
  );
});

test('texts in place of messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk, messages: ['hi'] }))).toMatchInlineSnapshot(
    `"Message 0 must be an object with a role, but is the string "hi"."`,
  );
});

test('an option of a run as Python writes it', async ({ expect }) => {
  const options = { agent: desk, messages, context_variables: { user: 'Ann' } };
  expect(await messageOf(() => swarm().run(options))).toMatchInlineSnapshot(
    `"run has no option "context_variables". Did you mean "contextVariables"? Its options are agent, messages, contextVariables, modelOverride, maxTurns, executeTools, debug, signal, conversation, stream."`,
  );
});

test('a fraction of a turn', async ({ expect }) => {
  expect(await messageOf(() => swarm().run({ agent: desk, messages, maxTurns: 1.5 }))).toMatchInlineSnapshot(
    `"maxTurns must be a whole number or Infinity, but is the number 1.5."`,
  );
});

test('a limit on turns that is text', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages, maxTurns: '3' })),
  ).toMatchInlineSnapshot(`"maxTurns must be a whole number or Infinity, but is the string "3"."`);
});

test('a list of context variables', async ({ expect }) => {
  expect(
    await messageOf(() => swarm().run({ agent: desk, messages, contextVariables: ['Ann'] })),
  ).toMatchInlineSnapshot(`"The contextVariables of a run must be an object, but are an array of 1 items."`);
});

test('a Map of context variables', async ({ expect }) => {
  const contextVariables = new Map([['user', 'Ann']]);
  expect(
    await messageOf(() => swarm().run({ agent: desk, messages, contextVariables })),
  ).toMatchInlineSnapshot(`"The contextVariables of a run must be an object, but are a Map."`);
});

test('a function that makes the context variables', async ({ expect }) => {
  const freshContext = () => ({ user: 'Ann' });
  expect(
    await messageOf(() => swarm().run({ agent: desk, messages, contextVariables: freshContext })),
  ).toMatchInlineSnapshot(
    `"The contextVariables of a run must be an object, but are the function freshContext."`,
  );
});

test('the controller in place of its signal', async ({ expect }) => {
  const signal = new AbortController();
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages, signal })),
  ).toMatchInlineSnapshot(`"The signal of a run must be an AbortSignal, but is an AbortController."`);
});

test('a stream that is iterated twice', async ({ expect }) => {
  const stream = swarm().run({ agent: desk, messages, stream: true });
  const texts: unknown[] = [];
  for await (const event of stream) if ('content' in event) texts.push(event.content);
  expect(
    await messageOf(async () => {
      for await (const event of stream) texts.push(event);
    }),
  ).toMatchInlineSnapshot(`"A stream of a run can be iterated once. Call run again for another one."`);
});
