/** Mistakes in the options of a run. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { desk, messages } from '../support/agents.ts';
import { messageOf } from '../support/failures.ts';
import { factsOfMistake } from '../support/facts-of.ts';

/** A Swarm whose model says hello. */
function swarm(): Swarm {
  return new Swarm({ provider: scriptedProvider([say('Hello.')]) });
}

test('a run without options', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run())).toMatchInlineSnapshot(
    `"run takes one object: run({ agent, messages }). It was given undefined."`,
  );
});

test("an agent's name in place of the agent", async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run({ agent: 'Desk', messages }))).toEqual({
    error: 'UsageError',
    field: 'agent',
    given: 'the string "Desk"',
  });
});

test('an agent and messages as two arguments', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run(desk, messages))).toEqual({
    error: 'UsageError',
    given: 'an Agent',
  });
});

test('a missing await before the agent', async ({ expect }) => {
  const agent = Agent.create(() => ({ name: 'Desk' }));
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent, messages }))).toMatchInlineSnapshot(
    `"The agent of a run must be an Agent, but is a Promise. Is an "await" missing?"`,
  );
});

test('the class in place of an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: Agent, messages }))).toMatchInlineSnapshot(
    `"The agent of a run must be an Agent, but is the class Agent. Write new Agent(…)."`,
  );
});

test('a function that makes the agent, in place of the agent', async ({ expect }) => {
  const makeDesk = () => desk;
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: makeDesk, messages }))).toMatchInlineSnapshot(
    `"The agent of a run must be an Agent, but is the function makeDesk. Call it: makeDesk(…)."`,
  );
});

test('a run without messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run({ agent: desk }))).toEqual({
    error: 'UsageError',
    field: 'messages',
    given: 'undefined',
  });
});

test('a text in place of the messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run({ agent: desk, messages: 'hi' }))).toEqual({
    error: 'UsageError',
    field: 'messages',
    given: 'the string "hi"',
  });
});

test('texts in place of messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk, messages: ['hi'] }))).toMatchInlineSnapshot(
    `"Message 0 (messages[0]) of a run must be an object with a role, but is the string "hi". Write { role: "user", content: "hi" }."`,
  );
});

test('a message without a role', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages: [{ content: 'hi' }] })),
  ).toMatchInlineSnapshot(
    `"Message 0 (messages[0]) of a run has no role. Write { role: "user", content: "hi" }."`,
  );
});

test('an unknown role', async ({ expect }) => {
  const said = [...messages, { role: 'human', content: 'And A-18?' }];
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk, messages: said }))).toMatchInlineSnapshot(
    `"Message 1 (messages[1]) of a run has the unknown role "human". Roles: system, developer, user, assistant, tool, function."`,
  );
});

test('a role that begins with a capital letter', async ({ expect }) => {
  const said = [{ role: 'User', content: 'Where is A-17?' }];
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run({ agent: desk, messages: said }))).toEqual({
    error: 'UsageError',
    field: 'messages[0]',
    given: 'User',
    suggestion: 'user',
  });
});

test('a message without content', async ({ expect }) => {
  const said = [{ role: 'user', text: 'Where is A-17?' }];
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => swarm().run({ agent: desk, messages: said }))).toMatchInlineSnapshot(
    `"Message 0 (messages[0]) of a run has a "content" that must be a string or a list of parts, but is undefined."`,
  );
});

test('a message whose content is an object', async ({ expect }) => {
  const said = [...messages, { role: 'tool', tool_call_id: 'call_1', content: { paid: true } }];
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => swarm().run({ agent: desk, messages: said }))).toEqual({
    error: 'UsageError',
    field: 'messages[1]',
    given: 'an object',
  });
});

test('an option of a run with its Python name', async ({ expect }) => {
  const options = { agent: desk, messages, context_variables: { user: 'Ann' } };
  expect(await factsOfMistake(() => swarm().run(options))).toEqual({
    error: 'UsageError',
    field: 'context_variables',
    suggestion: 'contextVariables',
  });
});

test('a fraction of a turn', async ({ expect }) => {
  expect(await messageOf(() => swarm().run({ agent: desk, messages, maxTurns: 1.5 }))).toMatchInlineSnapshot(
    `"maxTurns must be a whole number or Infinity, but is the number 1.5."`,
  );
});

test('a limit on turns that is text', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => swarm().run({ agent: desk, messages, maxTurns: '3' })),
  ).toEqual({ error: 'RangeError', field: 'maxTurns', given: 'the string "3"' });
});

test('a list of context variables', async ({ expect }) => {
  expect(
    await factsOfMistake(() => swarm().run({ agent: desk, messages, contextVariables: ['Ann'] })),
  ).toEqual({ error: 'UsageError', field: 'contextVariables', given: 'an array of 1 item' });
});

test('a Map of context variables', async ({ expect }) => {
  const contextVariables = new Map([['user', 'Ann']]);
  expect(await factsOfMistake(() => swarm().run({ agent: desk, messages, contextVariables }))).toEqual({
    error: 'UsageError',
    field: 'contextVariables',
    given: 'a Map',
  });
});

test('a function that makes the context variables, in place of them', async ({ expect }) => {
  const freshContext = () => ({ user: 'Ann' });
  expect(
    await messageOf(() => swarm().run({ agent: desk, messages, contextVariables: freshContext })),
  ).toMatchInlineSnapshot(
    `"The contextVariables of a run must be an object, not the function freshContext. Call it: freshContext(…)."`,
  );
});

test('an AbortController in place of its signal', async ({ expect }) => {
  const signal = new AbortController();
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages, signal })),
  ).toMatchInlineSnapshot(`"The signal of a run must be an AbortSignal, but is an AbortController."`);
});

test('a missing await before the context variables', async ({ expect }) => {
  const contextVariables = Promise.resolve({ user: 'Ann' });
  expect(await factsOfMistake(() => swarm().run({ agent: desk, messages, contextVariables }))).toEqual({
    error: 'UsageError',
    field: 'contextVariables',
    given: 'a Promise',
  });
});

test('a text in place of false', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages, executeTools: 'false' })),
  ).toMatchInlineSnapshot(`"executeTools must be true or false, but is the string "false"."`);
});

test('a number in place of true', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => swarm().run({ agent: desk, messages, debug: 2 })),
  ).toEqual({ error: 'UsageError', field: 'debug', given: 'the number 2' });
});

test('a text as the option "stream"', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => swarm().run({ agent: desk, messages, stream: 'false' })),
  ).toEqual({ error: 'UsageError', field: 'stream', given: 'the string "false"' });
});

test('a list of models', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => swarm().run({ agent: desk, messages, modelOverride: ['gpt-4o', 'o3'] })),
  ).toMatchInlineSnapshot(`"modelOverride must be the name of a model, but is an array of 2 items."`);
});

test('a stream that is iterated twice', async ({ expect }) => {
  const stream = swarm().run({ agent: desk, messages, stream: true });
  const texts: unknown[] = [];
  for await (const event of stream) if ('content' in event) texts.push(event.content);
  expect(
    await messageOf(async () => {
      for await (const event of stream) texts.push(event);
    }),
  ).toMatchInlineSnapshot(
    `"The stream of a run can be iterated only once. Call run again to get another one."`,
  );
});
