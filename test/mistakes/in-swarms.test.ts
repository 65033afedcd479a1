/** Mistakes in the options of a Swarm and its provider. Each title names a mistake; the test shows its error. */
import OpenAI from 'openai';
import { test } from 'vitest';
import { openaiProvider, Swarm, type ChatCompletion, type CompletionProvider } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { desk, messages } from '../support/agents.ts';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

/** The error with which a provider is refused. */
function refusalOf(provider: unknown): Promise<Error> {
  return errorOf(() => new Swarm({ provider: provider as CompletionProvider }));
}

/** The error with which hooks are refused. */
function refusalOfHooks(hooks: unknown): Promise<Error> {
  return errorOf(() => new Swarm({ provider: scriptedProvider([]), hooks: hooks as object }));
}

test('a provider in place of the options of a Swarm', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm(scriptedProvider([say('Hello.')])))).toMatchInlineSnapshot(
    `"A Swarm takes one object, but was given a provider. Pass it as a field: new Swarm({ provider })."`,
  );
});

test('an OpenAI client in place of the options of a Swarm, as in Python', async ({ expect }) => {
  const client = new OpenAI({ apiKey: 'none' });
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm(client))).toMatchInlineSnapshot(
    `"A Swarm takes one object, but was given an OpenAI client. Make a provider from it: new Swarm({ provider: openaiProvider(client) })."`,
  );
});

test('a client as a field of a Swarm', async ({ expect }) => {
  const client = new OpenAI({ apiKey: 'none' });
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Swarm({ client }))).toEqual({
    error: 'UsageError',
    field: 'client',
    suggestion: 'provider',
  });
});

test('an agent in place of the options of a Swarm', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Swarm(desk))).toEqual({ error: 'UsageError', given: 'an Agent' });
});

test('a key in place of the options of a Swarm', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Swarm('sk-none'))).toEqual({
    error: 'UsageError',
    given: 'a string that looks like an API key',
  });
});

test('a misspelt field of a Swarm', async ({ expect }) => {
  const provider = scriptedProvider([]);
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Swarm({ provier: provider }))).toEqual({
    error: 'UsageError',
    field: 'provier',
    suggestion: 'provider',
  });
});

test('an OpenAI client in place of a provider', async ({ expect }) => {
  expect((await refusalOf(new OpenAI({ apiKey: 'none' }))).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is an OpenAI. Write openaiProvider(client)."`,
  );
});

test('steps in place of a provider', async ({ expect }) => {
  expect((await refusalOf([say('Hello.')])).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is an array of 1 item. To play steps, write scriptedProvider([…]) from "swarmcheck/testing"."`,
  );
});

test('a function that makes a provider, in place of the provider', async ({ expect }) => {
  expect((await refusalOf(scriptedProvider)).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is the function scriptedProvider. Call it: scriptedProvider(…)."`,
  );
});

test('the class in place of a provider', async ({ expect }) => {
  class EchoProvider {
    complete(): void {}
  }
  expect((await refusalOf(EchoProvider)).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is the class EchoProvider. Write new EchoProvider(…)."`,
  );
});

test('a missing await before the provider', async ({ expect }) => {
  expect((await refusalOf(Promise.resolve(scriptedProvider([])))).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is a Promise. Is an "await" missing?"`,
  );
});

test('a text in place of a provider', async ({ expect }) => {
  expect((await refusalOf('openai')).message).toMatchInlineSnapshot(
    `"The provider of a Swarm must have the methods complete and stream, but is a string. Write openaiProvider({ … }), or, to play steps, scriptedProvider([…]) from "swarmcheck/testing"."`,
  );
});

test('null in place of a provider', async ({ expect }) => {
  expect(factsOf(await refusalOf(null))).toEqual({ error: 'UsageError', given: 'null' });
});

test('a streamed run with a provider that cannot stream', async ({ expect }) => {
  const { complete } = scriptedProvider([say('Hello.')]);
  // @ts-expect-error the compiler says so, too
  const stream = new Swarm({ provider: { complete } }).run({ agent: desk, messages, stream: true });
  expect(
    await messageOf(async () => {
      for await (const event of stream) expect(event).toBeUndefined();
    }),
  ).toMatchInlineSnapshot(`"The provider of this Swarm has no stream method, which stream: true needs."`);
});

test('an unstreamed run with a provider that can only stream', async ({ expect }) => {
  const { stream } = scriptedProvider([say('Hello.')]);
  // @ts-expect-error the compiler says so, too
  const swarm = new Swarm({ provider: { stream } });
  expect(await messageOf(() => swarm.run({ agent: desk, messages }))).toMatchInlineSnapshot(
    `"The provider of this Swarm has no complete method, which a run without stream: true needs."`,
  );
});

test('a provider that answers with a message in place of a completion', async ({ expect }) => {
  const provider = {
    ...scriptedProvider([]),
    complete: () => Promise.resolve({ role: 'assistant', content: 'Hello.' } as unknown as ChatCompletion),
  };
  expect(await messageOf(() => new Swarm({ provider }).run({ agent: desk, messages }))).toMatchInlineSnapshot(
    `"The model's answer cannot be used: it has no choices. Received: {"role":"assistant","content":"Hello."}"`,
  );
});

test('a key in place of a client', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => openaiProvider('sk-none'))).toMatchInlineSnapshot(
    `"openaiProvider takes an OpenAI client or its options, but was given a string. Write openaiProvider({ apiKey })."`,
  );
});

test('the class in place of a client', async ({ expect }) => {
  expect(await messageOf(() => openaiProvider(OpenAI as unknown as OpenAI))).toMatchInlineSnapshot(
    `"openaiProvider takes an OpenAI client or its options, but was given the class OpenAI. Write openaiProvider(new OpenAI({ … }))."`,
  );
});

test('a provider in place of a client', async ({ expect }) => {
  const provider = scriptedProvider([]) as unknown as OpenAI;
  expect(await factsOfMistake(() => openaiProvider(provider))).toEqual({
    error: 'UsageError',
    given: 'a provider',
  });
});

test('a misspelt hook', async ({ expect }) => {
  expect((await refusalOfHooks({ beforeTools: () => {} })).message).toMatchInlineSnapshot(
    `"A Swarm has no hook "beforeTools". Did you mean "beforeTool"? Its hooks: beforeModel, afterModel, beforeTool, afterTool."`,
  );
});

test('a misspelt hook in a list', async ({ expect }) => {
  expect(factsOf(await refusalOfHooks([{ beforeTool: () => {} }, { onTool: () => {} }]))).toEqual({
    error: 'UsageError',
    field: 'onTool',
  });
});

test('a hook that is not a function', async ({ expect }) => {
  expect((await refusalOfHooks({ beforeModel: true })).message).toMatchInlineSnapshot(
    `"The hook "beforeModel" of a Swarm must be a function, but is the boolean true."`,
  );
});

test('a function in place of hooks', async ({ expect }) => {
  const logTools = () => {};
  expect((await refusalOfHooks(logTools)).message).toMatchInlineSnapshot(
    `"The hooks of a Swarm must be an object of hook functions, or a list of such objects, not the function logTools. Its hooks: beforeModel, afterModel, beforeTool, afterTool."`,
  );
});

test('null in place of hooks', async ({ expect }) => {
  expect(factsOf(await refusalOfHooks(null))).toEqual({ error: 'UsageError', field: 'hooks', given: 'null' });
});

test('an object of a class without hooks', async ({ expect }) => {
  class ToolLog {
    beforeTools(): void {}
  }
  expect(factsOf(await refusalOfHooks(new ToolLog()))).toEqual({
    error: 'UsageError',
    field: 'hooks',
    given: 'a ToolLog',
  });
});

test('the console in place of a log function', async ({ expect }) => {
  const provider = scriptedProvider([]);
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Swarm({ provider, log: console }))).toMatchInlineSnapshot(
    `"The log of a Swarm must be a function that takes a line, but is a Console."`,
  );
});
