/** Mistakes in conversations and their stored state. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent, Conversation, Swarm } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { desk, messages } from '../support/agents.ts';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

/** A Swarm whose model says hello. */
function swarm(): Swarm {
  return new Swarm({ provider: scriptedProvider([say('Hello.')]) });
}

/** A conversation with the desk. */
function conversation(): Conversation {
  return new Conversation({ swarm: swarm(), agent: desk });
}

/** The error with which Conversation.restore refuses a state. */
function refusalOf(state: unknown, agents: Agent[] = [desk]): Promise<Error> {
  return errorOf(() => Conversation.restore(state, { swarm: swarm(), agents }));
}

const stored = { messages, agent: 'Desk', contextVariables: {} };

test('a conversation without options', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Conversation())).toEqual({ error: 'UsageError', given: 'undefined' });
});

test('a Swarm and an agent as two arguments', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Conversation(swarm(), desk))).toEqual({
    error: 'UsageError',
    given: 'a Swarm',
  });
});

test('a conversation without a Swarm', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Conversation({ agent: desk }))).toMatchInlineSnapshot(
    `"The swarm of a Conversation must be a Swarm, but is undefined."`,
  );
});

test('a provider in place of a Swarm', async ({ expect }) => {
  const provider = scriptedProvider([]);
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Conversation({ swarm: provider, agent: desk }))).toMatchInlineSnapshot(
    `"The swarm of a Conversation must be a Swarm, but is a provider. Write new Swarm({ provider })."`,
  );
});

test('the field "provider" in place of "swarm"', async ({ expect }) => {
  const provider = scriptedProvider([]);
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Conversation({ provider, agent: desk }))).toEqual({
    error: 'UsageError',
    field: 'provider',
    suggestion: 'swarm',
  });
});

test('a conversation without an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Conversation({ swarm: swarm() }))).toMatchInlineSnapshot(
    `"The agent of a Conversation must be an Agent, but is undefined."`,
  );
});

test('a field of a conversation with its Python name', async ({ expect }) => {
  const options = { swarm: swarm(), agent: desk, context_variables: { user: 'Ann' } };
  expect(await factsOfMistake(() => new Conversation(options))).toEqual({
    error: 'UsageError',
    field: 'context_variables',
    suggestion: 'contextVariables',
  });
});

test('a text in place of the earlier messages', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => new Conversation({ swarm: swarm(), agent: desk, messages: 'hi' })),
  ).toMatchInlineSnapshot(`"The messages of a Conversation must be a list, not the string "hi"."`);
});

test('a list of context variables', async ({ expect }) => {
  const contextVariables = ['Ann'];
  expect(
    await factsOfMistake(() => new Conversation({ swarm: swarm(), agent: desk, contextVariables })),
  ).toEqual({ error: 'UsageError', field: 'contextVariables', given: 'an array of 1 item' });
});

test('a number as the id', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => new Conversation({ swarm: swarm(), agent: desk, id: 17 })),
  ).toEqual({ error: 'UsageError', field: 'id', given: 'the number 17' });
});

test('send without a text', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => conversation().send())).toMatchInlineSnapshot(
    `"send takes the user's text, but was given undefined."`,
  );
});

test('a message in place of the text to send', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => conversation().send(messages[0]))).toMatchInlineSnapshot(
    `"send takes the user's text, but was given an object. Pass the content of the message."`,
  );
});

test('a list of messages in place of the text to send', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => conversation().send(messages))).toEqual({
    error: 'UsageError',
    given: 'an array of 1 item',
  });
});

test('a misspelt option of send', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => conversation().send('hi', { maxTurn: 1 }))).toMatchInlineSnapshot(
    `"send has no option "maxTurn". Did you mean "maxTurns"? Its options: maxTurns, executeTools, signal."`,
  );
});

test('the option "stream" of run, given to send', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => conversation().send('hi', { stream: true }))).toEqual({
    error: 'UsageError',
    field: 'stream',
  });
});

test('a signal in place of the options of send', async ({ expect }) => {
  const { signal } = new AbortController();
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => conversation().send('hi', signal))).toMatchInlineSnapshot(
    `"send takes its options as an object, but was given an AbortSignal. Its options: maxTurns, executeTools, signal."`,
  );
});

test('a state without the options of restore', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => Conversation.restore(stored))).toEqual({
    error: 'UsageError',
    given: 'undefined',
  });
});

test('the field "agent" in place of "agents"', async ({ expect }) => {
  const options = { swarm: swarm(), agent: desk };
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => Conversation.restore(stored, options))).toEqual({
    error: 'UsageError',
    field: 'agent',
    suggestion: 'agents',
  });
});

test('an agent in place of the list of agents', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => Conversation.restore(stored, { swarm: swarm(), agents: desk })),
  ).toEqual({ error: 'UsageError', field: 'agents', given: 'an Agent' });
});

test('an undefined agent in the list of agents', async ({ expect }) => {
  // @ts-expect-error an import cycle leaves undefined at run time
  expect((await refusalOf(stored, [desk, undefined])).message).toMatchInlineSnapshot(
    `"Agent 2 of Conversation.restore must be an Agent, but is undefined."`,
  );
});

test('a state and agents, without a Swarm', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => Conversation.restore(stored, { agents: [desk] }))).toEqual({
    error: 'UsageError',
    field: 'swarm',
    given: 'undefined',
  });
});

test('a state whose agent is not in the list of agents', async ({ expect }) => {
  expect((await refusalOf({ ...stored, agent: 'Refunds' })).message).toMatchInlineSnapshot(
    `"The stored conversation was with the agent "Refunds", but none of the given agents has that name. Given: "Desk"."`,
  );
});

test('an empty list of agents', async ({ expect }) => {
  expect((await refusalOf(stored, [])).message).toMatchInlineSnapshot(
    `"The stored conversation was with the agent "Desk", but none of the given agents has that name. Given: none."`,
  );
});

test('two agents with the same name', async ({ expect }) => {
  expect((await refusalOf(stored, [desk, new Agent({ name: 'Desk' })])).message).toMatchInlineSnapshot(
    `"The stored conversation was with the agent "Desk", but more than one of the given agents has that name. Given: "Desk", "Desk"."`,
  );
});

test('a state as JSON text', async ({ expect }) => {
  expect((await refusalOf(JSON.stringify(stored))).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: it is the string "{\\"messages\\":[{\\"role\\":\\"user\\",\\"content\\":\\"Where is A-… (112 characters), not a plain object. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('an object that is not a state', async ({ expect }) => {
  expect((await refusalOf({ history: messages })).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: its agent is undefined, not a name. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('a response in place of a state', async ({ expect }) => {
  const response = await swarm().run({ agent: desk, messages });
  expect(factsOf(await refusalOf(JSON.parse(JSON.stringify(response))))).toEqual({
    error: 'UsageError',
    field: 'agent',
    given: 'an object',
  });
});

test('a conversation in place of its state', async ({ expect }) => {
  expect((await refusalOf(conversation())).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: it is a Conversation, not a plain object. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('undefined in place of a state', async ({ expect }) => {
  expect((await refusalOf(undefined)).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: it is undefined, not a plain object. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('a state whose messages are a text', async ({ expect }) => {
  expect((await refusalOf({ ...stored, messages: 'Where is A-17?' })).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: its messages are the string "Where is A-17?", not a list. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('a state with a message without a role', async ({ expect }) => {
  expect(
    (await refusalOf({ ...stored, messages: [...messages, { content: 'Paid.' }] })).message,
  ).toMatchInlineSnapshot(
    `"This is not a stored conversation: its messages[1] is an object without a role. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('a state without context variables', async ({ expect }) => {
  expect((await refusalOf({ messages, agent: 'Desk' })).message).toMatchInlineSnapshot(
    `"This is not a stored conversation: its contextVariables are undefined, not an object. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first."`,
  );
});

test('a message that is sent while another one is being answered', async ({ expect }) => {
  const busy = conversation();
  const first = busy.send('Where is A-17?');
  expect(await messageOf(() => busy.send('And A-18?'))).toMatchInlineSnapshot(
    `"This conversation is still answering. Await its last send() or resume() before the next one."`,
  );
  await first;
});

test('a Date in the context variables of a stored conversation', async ({ expect }) => {
  const contextVariables = { order: { placedAt: new Date(0) } };
  const talk = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await messageOf(() => JSON.stringify(talk))).toMatchInlineSnapshot(
    `"contextVariables.order.placedAt is a Date, which JSON cannot store and restore. Use plain data."`,
  );
});

test('a function in the context variables of a stored conversation', async ({ expect }) => {
  const contextVariables = { order: { total: () => 5 } };
  const talk = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await factsOfMistake(() => JSON.stringify(talk))).toEqual({
    error: 'UsageError',
    field: 'contextVariables.order.total',
    given: 'the function total',
  });
});

test('an object of a class in the context variables of a stored conversation', async ({ expect }) => {
  class Cart {
    items = ['A-17'];
  }
  const contextVariables = { carts: [new Cart()] };
  const talk = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await factsOfMistake(() => JSON.stringify(talk))).toEqual({
    error: 'UsageError',
    field: 'contextVariables.carts[0]',
    given: 'a Cart',
  });
});
