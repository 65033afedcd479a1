import { test } from 'vitest';
import { Agent, Result, Swarm, tool, type AgentFunction } from 'swarmcheck';
import { callTool, say, scriptedProvider, user } from 'swarmcheck/testing';
import { messages } from './desk.ts';
import { failureOf, messageOf } from './message-of.ts';

/** The message with which a run refuses an agent. */
function refusalOf(agent: Agent): Promise<string> {
  const swarm = new Swarm({ provider: scriptedProvider([say('Hello.')]) });
  return messageOf(() => swarm.run({ agent, messages }));
}

/** The same for an agent with these functions. */
function refusalOfFunctions(...functions: AgentFunction[]): Promise<string> {
  return refusalOf(new Agent({ name: 'Desk', functions }));
}

const look_up = tool({ name: 'look_up', execute: () => 'found' });

test('a name in place of the options of an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => new Agent('Desk'))).toMatchInlineSnapshot(
    `"An Agent takes one object, but was given the string "Desk". Its fields: name, model, instructions, functions, toolChoice, parallelToolCalls, dispose."`,
  );
});

test('a misspelt field of an agent', async ({ expect }) => {
  expect(
    await messageOf(
      () =>
        new Agent({
          name: 'Desk',
          // @ts-expect-error the compiler says so, too
          instruction: 'Be brief.',
        }),
    ),
  ).toMatchInlineSnapshot(
    `"An Agent has no field "instruction". Did you mean "instructions"? Its fields: name, model, instructions, functions, toolChoice, parallelToolCalls, dispose."`,
  );
});

test('a field of an agent as Python writes it', async ({ expect }) => {
  expect(
    await messageOf(
      () =>
        new Agent({
          name: 'Desk',
          // @ts-expect-error the compiler says so, too
          parallel_tool_calls: false,
        }),
    ),
  ).toMatchInlineSnapshot(
    `"An Agent has no field "parallel_tool_calls". Did you mean "parallelToolCalls"? Its fields: name, model, instructions, functions, toolChoice, parallelToolCalls, dispose."`,
  );
});

test('a tool whose name has a space', async ({ expect }) => {
  expect(await refusalOfFunctions(tool({ name: 'look up', execute: () => 'found' }))).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk" is named "look up", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -."`,
  );
});

test('two functions of one name', async ({ expect }) => {
  expect(
    await refusalOfFunctions(look_up, function look_up() {
      return 'found';
    }),
  ).toMatchInlineSnapshot(
    `"Agent "Desk" has two functions named "look_up". Rename one: the model could not tell them apart."`,
  );
});

test('the name of a function in place of the function', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOfFunctions(look_up, 'issue_refund')).toMatchInlineSnapshot(
    `"Function 2 of agent "Desk" is no function. Pass a named function, or a tool made by tool()."`,
  );
});

test('a function that an import cycle has not made yet', async ({ expect }) => {
  // @ts-expect-error what such an import looks like at run time
  expect(await refusalOfFunctions(look_up, undefined)).toMatchInlineSnapshot(
    `"Function 2 of agent "Desk" is undefined (an import cycle?). Pass a named function, or a tool made by tool()."`,
  );
});

test('an arrow function without a name', async ({ expect }) => {
  expect(await refusalOfFunctions(() => 'found')).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk" has no name, and the model calls functions by name. Write "function name() { … }", or use tool({ name: … })."`,
  );
});

test('a bound method', async ({ expect }) => {
  const orders = {
    look_up() {
      return 'found';
    },
  };
  expect(await refusalOfFunctions(orders.look_up.bind(orders))).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk" is named "bound look_up", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -."`,
  );
});

test('a plain function that wants arguments', async ({ expect }) => {
  const forUser = function look_up(orderId: string, { user }: { user: string }) {
    return `${orderId} of ${user}`;
  };
  // @ts-expect-error the compiler says so, too
  expect(await refusalOfFunctions(forUser)).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk", "look_up", has 2 parameters. A plain function receives the context variables and nothing else; for arguments from the model use tool({ name: 'look_up', parameters: … })."`,
  );
});

test('a tool without execute', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => tool({ name: 'look_up', run: () => 'found' }))).toMatchInlineSnapshot(
    `"The tool "look_up" has no execute function. Give it one: execute(args, { contextVariables }) { … }."`,
  );
});

test('parameters that are those of no object', async ({ expect }) => {
  const parameters = { type: 'string' } as const;
  expect(
    // @ts-expect-error the compiler says so, too
    await refusalOfFunctions(tool({ name: 'look_up', parameters, execute: () => 'found' })),
  ).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk", "look_up", has parameters that are not the schema of an object. The model sends arguments by name: use { type: 'object', properties: … }."`,
  );
});

test('the properties in place of the parameters', async ({ expect }) => {
  const parameters = { orderId: { type: 'string' } } as const;
  expect(
    // @ts-expect-error the compiler says so, too
    await refusalOfFunctions(tool({ name: 'look_up', parameters, execute: () => 'found' })),
  ).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk", "look_up", has parameters that are not the schema of an object. The model sends arguments by name: use { type: 'object', properties: … }."`,
  );
});

test('parameters in words', async ({ expect }) => {
  expect(
    await messageOf(() =>
      tool({
        name: 'look_up',
        // @ts-expect-error the compiler says so, too
        parameters: 'orderId: string',
        execute: () => 'found',
      }),
    ),
  ).toMatchInlineSnapshot(
    `"The parameters of tool "look_up" are no schema: pass a JSON Schema of an object, or a zod, arktype or valibot schema."`,
  );
});

test('a misspelt field of a result', async ({ expect }) => {
  expect(
    await messageOf(
      () =>
        // @ts-expect-error the compiler says so, too
        new Result({ value: 'refunded', context_variables: { refunded: 'A-17' } }),
    ),
  ).toMatchInlineSnapshot(
    `"A Result has no field "context_variables". Did you mean "contextVariables"? Its fields: value, agent, contextVariables."`,
  );
});

test("the agent's name in place of the agent of a result", async ({ expect }) => {
  const triage = new Agent({
    name: 'Triage',
    functions: [
      function transfer_to_refunds() {
        // @ts-expect-error the compiler says so, too
        return new Result({ agent: 'Refunds' });
      },
    ],
  });
  expect(
    await failureOf({
      agent: triage,
      steps: [user('My money back, please.'), callTool('transfer_to_refunds'), say('Which order?')],
      expect: { agents: ['Triage', 'Refunds'] },
    }),
  ).toMatchInlineSnapshot(`
    "Expected the agents Triage → Refunds, but they were Triage.
    What happened:
        turn 1  Triage: transfer_to_refunds() → Error: Tool transfer_to_refunds failed: The agent of a Result must be an Agent, but is the string "Refunds".
        turn 2  Triage: says "Which order?"
      ❯ ended: completed"
  `);
});
