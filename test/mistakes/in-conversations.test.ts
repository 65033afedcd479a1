import { test } from 'vitest';
import { Agent, Conversation, Swarm } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { desk, messages } from './desk.ts';
import { messageOf } from './message-of.ts';

/** A Swarm whose model says hello. */
function swarm(): Swarm {
  return new Swarm({ provider: scriptedProvider([say('Hello.')]) });
}

/** The message with which a state is refused. */
function refusalOf(state: unknown, agents: Agent[] = [desk]): Promise<string> {
  return messageOf(() => Conversation.restore(state, { swarm: swarm(), agents }));
}

const stored = { messages, agent: 'Desk', contextVariables: {} };

test('an agent that is not given', async ({ expect }) => {
  expect(await refusalOf({ ...stored, agent: 'Refunds' })).toMatchInlineSnapshot(
    `"The conversation was with the agent "Refunds", and none of the agents given has that name: "Desk"."`,
  );
});

test('no agents at all', async ({ expect }) => {
  expect(await refusalOf(stored, [])).toMatchInlineSnapshot(
    `"The conversation was with the agent "Desk", and none of the agents given has that name: there are none."`,
  );
});

test('two agents of one name', async ({ expect }) => {
  expect(await refusalOf(stored, [desk, new Agent({ name: 'Desk' })])).toMatchInlineSnapshot(
    `"The conversation was with the agent "Desk", and more than one of the agents given has that name: "Desk", "Desk"."`,
  );
});

test('a state that is still text', async ({ expect }) => {
  expect(await refusalOf(JSON.stringify(stored))).toMatchInlineSnapshot(
    `"This is no stored conversation: it is the string "{\\"messages\\":[{\\"role\\":\\"user\\",\\"content\\":\\"Where is A-… (112 characters). Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a state of something else', async ({ expect }) => {
  expect(await refusalOf({ history: messages })).toMatchInlineSnapshot(
    `"This is no stored conversation: its agent is undefined, not a name. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a response in place of a state', async ({ expect }) => {
  const response = await swarm().run({ agent: desk, messages });
  expect(await refusalOf(JSON.parse(JSON.stringify(response)))).toMatchInlineSnapshot(
    `"This is no stored conversation: its agent is an object, not a name. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a conversation in place of its state', async ({ expect }) => {
  expect(await refusalOf(new Conversation({ swarm: swarm(), agent: desk }))).toMatchInlineSnapshot(
    `"This is no stored conversation: it is a Conversation. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('nothing, where nothing was stored', async ({ expect }) => {
  expect(await refusalOf(undefined)).toMatchInlineSnapshot(
    `"This is no stored conversation: it is undefined. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a state whose messages are broken', async ({ expect }) => {
  expect(await refusalOf({ ...stored, messages: 'Where is A-17?' })).toMatchInlineSnapshot(
    `"This is no stored conversation: its messages are the string "Where is A-17?", not a list. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a state of which a message is broken', async ({ expect }) => {
  expect(await refusalOf({ ...stored, messages: [...messages, { content: 'Paid.' }] })).toMatchInlineSnapshot(
    `"This is no stored conversation: its message 1 is an object without a role. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a state without context variables', async ({ expect }) => {
  expect(await refusalOf({ messages, agent: 'Desk' })).toMatchInlineSnapshot(
    `"This is no stored conversation: its contextVariables are undefined. Pass what Conversation.toJSON() gave, parsed."`,
  );
});

test('a message while another one is being answered', async ({ expect }) => {
  const conversation = new Conversation({ swarm: swarm(), agent: desk });
  const first = conversation.send('Where is A-17?');
  expect(await messageOf(() => conversation.send('And A-18?'))).toMatchInlineSnapshot(
    `"This conversation is answering a message already. Await its send() before the next one."`,
  );
  await first;
});

test('a Date that is to be stored', async ({ expect }) => {
  const contextVariables = { order: { placedAt: new Date(0) } };
  const conversation = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await messageOf(() => JSON.stringify(conversation))).toMatchInlineSnapshot(
    `"contextVariables.order.placedAt holds a Date, which JSON cannot carry there and back. Keep plain data there."`,
  );
});

test('a function that is to be stored', async ({ expect }) => {
  const contextVariables = { order: { total: () => 5 } };
  const conversation = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await messageOf(() => JSON.stringify(conversation))).toMatchInlineSnapshot(
    `"contextVariables.order.total holds a function, which JSON cannot carry there and back. Keep plain data there."`,
  );
});

test('an object of a class that is to be stored', async ({ expect }) => {
  class Cart {
    items = ['A-17'];
  }
  const contextVariables = { carts: [new Cart()] };
  const conversation = new Conversation({ swarm: swarm(), agent: desk, contextVariables });
  expect(await messageOf(() => JSON.stringify(conversation))).toMatchInlineSnapshot(
    `"contextVariables.carts[0] holds a Cart, which JSON cannot carry there and back. Keep plain data there."`,
  );
});
