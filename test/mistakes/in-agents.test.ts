/** Mistakes in agents and results. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent, Result, Swarm, tool, type AgentFunction } from 'swarmcheck';
import { callTool, say, scriptedProvider, user } from 'swarmcheck/testing';
import { messages } from '../support/agents.ts';
import { errorOf, failuresOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

/** The error with which a run refuses an agent. */
function refusalOf(agent: Agent): Promise<Error> {
  const swarm = new Swarm({ provider: scriptedProvider([say('Hello.')]) });
  return errorOf(() => swarm.run({ agent, messages }));
}

/** The error with which a run refuses an agent with these functions. */
function refusalOfFunctions(...functions: AgentFunction[]): Promise<Error> {
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

test('a field of an agent with its Python name', async ({ expect }) => {
  expect(
    await factsOfMistake(
      () =>
        new Agent({
          name: 'Desk',
          // @ts-expect-error the compiler says so, too
          parallel_tool_calls: false,
        }),
    ),
  ).toEqual({ error: 'UsageError', field: 'parallel_tool_calls', suggestion: 'parallelToolCalls' });
});

test('a tool whose name has a space', async ({ expect }) => {
  expect(
    (await refusalOfFunctions(tool({ name: 'look up', execute: () => 'found' }))).message,
  ).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk" is named "look up", which the API does not accept. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -."`,
  );
});

test('two functions with the same name', async ({ expect }) => {
  expect(
    (
      await refusalOfFunctions(look_up, function look_up() {
        return 'found';
      })
    ).message,
  ).toMatchInlineSnapshot(
    `"Agent "Desk" has two functions named "look_up". Rename one: the model could not tell them apart."`,
  );
});

test('the name of a function in place of the function', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOfFunctions(look_up, 'issue_refund')).message).toMatchInlineSnapshot(
    `"Function 2 of agent "Desk" is the string "issue_refund". Pass a named function, or a tool made by tool()."`,
  );
});

test('a function that is undefined because of an import cycle', async ({ expect }) => {
  // @ts-expect-error what such an import looks like at run time
  expect((await refusalOfFunctions(look_up, undefined)).message).toMatchInlineSnapshot(
    `"Function 2 of agent "Desk" is undefined (an import cycle?). Pass a named function, or a tool made by tool()."`,
  );
});

test('an arrow function without a name', async ({ expect }) => {
  expect((await refusalOfFunctions(() => 'found')).message).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk" has no name, but the model calls functions by name. Write "function name() { … }", or use tool({ name: … })."`,
  );
});

test('a bound method', async ({ expect }) => {
  const orders = {
    look_up() {
      return 'found';
    },
  };
  expect(factsOf(await refusalOfFunctions(orders.look_up.bind(orders)))).toEqual({
    error: 'UsageError',
    field: 'functions[0]',
    agent: 'Desk',
    tool: 'bound look_up',
  });
});

test('a plain function that takes arguments', async ({ expect }) => {
  const forUser = function look_up(orderId: string, { user }: { user: string }) {
    return `${orderId} of ${user}`;
  };
  // @ts-expect-error the compiler says so, too
  expect((await refusalOfFunctions(forUser)).message).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk", "look_up", has 2 parameters. A plain function receives only the context variables. For arguments from the model, use tool({ name: 'look_up', parameters: … })."`,
  );
});

test('the field "tools" in place of "functions"', async ({ expect }) => {
  expect(
    await factsOfMistake(
      () =>
        new Agent({
          name: 'Desk',
          // @ts-expect-error the compiler says so, too
          tools: [look_up],
        }),
    ),
  ).toEqual({ error: 'UsageError', field: 'tools', suggestion: 'functions' });
});

test('a function for Agent.create that returns nothing', async ({ expect }) => {
  const made: object[] = [];
  const makeOptions = () => {
    made.push({ name: 'Desk' });
  };
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => Agent.create(makeOptions))).toMatchInlineSnapshot(
    `"Agent.create was given a function that returned undefined in place of the options. Is a "return" missing?"`,
  );
});

test('options in place of the function for Agent.create', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => Agent.create({ name: 'Desk' }))).toMatchInlineSnapshot(
    `"Agent.create takes a function that returns the options, but was given an object. If you already have the options, write new Agent({ … })."`,
  );
});

test('Agent.create without an argument', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => Agent.create())).toMatchInlineSnapshot(
    `"Agent.create takes a function that returns the options, but was given undefined."`,
  );
});

test('a number as the name of an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 17 }))).message).toMatchInlineSnapshot(
    `"The name of an agent must be a string, but is the number 17."`,
  );
});

test('a model that is an object', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf(new Agent({ name: 'Desk', model: { id: 'gpt-4o' } }))).message,
  ).toMatchInlineSnapshot(`"The model of agent "Desk" must be a string, but is an object."`);
});

test('a text in place of false', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf(new Agent({ name: 'Desk', parallelToolCalls: 'false' }))).message,
  ).toMatchInlineSnapshot(
    `"The parallelToolCalls of agent "Desk" must be true or false, but is the string "false"."`,
  );
});

test('the name of a function as the tool choice', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf(new Agent({ name: 'Desk', functions: [look_up], toolChoice: 'look_up' }))).message,
  ).toMatchInlineSnapshot(
    `"The toolChoice of agent "Desk" must be "auto", "none", "required" or { type: "function", function: { name } }, but is the string "look_up". Write { type: "function", function: { name: "look_up" } }."`,
  );
});

test('an unknown tool choice', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 'Desk', toolChoice: 'always' }))).message).toMatchInlineSnapshot(
    `"The toolChoice of agent "Desk" must be "auto", "none", "required" or { type: "function", function: { name } }, but is the string "always"."`,
  );
});

test('a tool choice without its type', async ({ expect }) => {
  const toolChoice = { function: { name: 'look_up' } };
  expect(
    // @ts-expect-error the compiler says so, too
    factsOf(await refusalOf(new Agent({ name: 'Desk', functions: [look_up], toolChoice }))),
  ).toEqual({ error: 'UsageError', field: 'toolChoice', agent: 'Desk', given: 'an object' });
});

test('a tool choice with a misspelt tool', async ({ expect }) => {
  const toolChoice = { type: 'function', function: { name: 'lookup' } } as const;
  expect(
    (await refusalOf(new Agent({ name: 'Desk', functions: [look_up], toolChoice }))).message,
  ).toMatchInlineSnapshot(
    `"The toolChoice of agent "Desk" is "lookup", which is not one of its functions. Did you mean "look_up"? Its functions: look_up."`,
  );
});

test('an agent among the functions', async ({ expect }) => {
  const refunds = new Agent({ name: 'Refunds' });
  // @ts-expect-error the compiler says so, too
  expect((await refusalOfFunctions(look_up, refunds)).message).toMatchInlineSnapshot(
    `"Function 2 of agent "Desk" is the agent "Refunds". To hand off to it, pass a named function that returns it."`,
  );
});

test('the definition of a tool in place of the tool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOfFunctions({ name: 'look_up', parameters: {} }))).toEqual({
    error: 'UsageError',
    field: 'functions[0]',
    agent: 'Desk',
    given: 'an object',
  });
});

test('an object in place of the list of functions', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf(new Agent({ name: 'Desk', functions: { look_up } }))).message,
  ).toMatchInlineSnapshot(`"The functions of agent "Desk" must be a list, not an object."`);
});

test('instructions that are a number', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 'Desk', instructions: 5 }))).message).toMatchInlineSnapshot(
    `"The instructions of agent "Desk" must be a string or a function that returns one, not the number 5."`,
  );
});

test('instructions that are a list', async ({ expect }) => {
  const instructions = ['Be brief.', 'Be kind.'];
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf(new Agent({ name: 'Desk', instructions })))).toEqual({
    error: 'UsageError',
    field: 'instructions',
    agent: 'Desk',
    given: 'an array of 2 items',
  });
});

test('a missing await before the instructions', async ({ expect }) => {
  const instructions = Promise.resolve('Be brief.');
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 'Desk', instructions }))).message).toMatchInlineSnapshot(
    `"The instructions of agent "Desk" must be a string or a function that returns one, not a Promise. Is an "await" missing?"`,
  );
});

test('an instruction function that returns nothing', async ({ expect }) => {
  const lines: string[] = [];
  const instructions = ({ user }: { user?: string }) => {
    lines.push(`Help ${user}.`);
  };
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 'Desk', instructions }))).message).toMatchInlineSnapshot(
    `"The instructions of agent "Desk" returned undefined in place of a string. Is a "return" missing?"`,
  );
});

test('an instruction function that returns a list', async ({ expect }) => {
  const instructions = () => ['Be brief.'];
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf(new Agent({ name: 'Desk', instructions }))).message).toMatchInlineSnapshot(
    `"The instructions of agent "Desk" returned an array of 1 item in place of a string."`,
  );
});

test('a misspelt field of a result', async ({ expect }) => {
  expect(
    await factsOfMistake(
      () =>
        // @ts-expect-error the compiler says so, too
        new Result({ value: 'refunded', context_variables: { refunded: 'A-17' } }),
    ),
  ).toEqual({ error: 'UsageError', field: 'context_variables', suggestion: 'contextVariables' });
});

test("an agent's name in place of the agent of a result", async ({ expect }) => {
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
    await failuresOf({
      agent: triage,
      steps: [user('My money back, please.'), callTool('transfer_to_refunds'), say('Which order?')],
      expect: { agents: ['Triage', 'Refunds'] },
    }),
  ).toMatchInlineSnapshot(`
    "Expected the agents Triage → Refunds, but they were Triage.
    What happened:
        turn 1  Triage: transfer_to_refunds() → Error: Tool transfer_to_refunds failed: The agent of a Result must be an Agent, but is the string "Refunds".
                  threw TypeError: The agent of a Result must be an Agent, but is the string "Refunds". (at test/mistakes/in-agents.test.ts:301)
        turn 2  Triage: says "Which order?"
      ❯ ended: completed"
  `);
});

test('an agent in place of the fields of a result', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => new Result(new Agent({ name: 'Refunds' })))).toEqual({
    error: 'UsageError',
    given: 'an Agent',
  });
});

test('a list of context variables in a result', async ({ expect }) => {
  expect(await messageOf(() => new Result({ contextVariables: ['refunded'] }))).toMatchInlineSnapshot(
    `"The contextVariables of a Result must be an object, not an array of 1 item."`,
  );
});

test('a missing await before the context variables of a result', async ({ expect }) => {
  const contextVariables = Promise.resolve({ refunded: 'A-17' });
  expect(await messageOf(() => new Result({ contextVariables }))).toMatchInlineSnapshot(
    `"The contextVariables of a Result must be an object, not a Promise. Is an "await" missing?"`,
  );
});

test('a misspelt field of a result that a tool returns', async ({ expect }) => {
  const triage = new Agent({
    name: 'Triage',
    functions: [
      function transfer_to_refunds() {
        // @ts-expect-error the compiler says so, too
        return new Result({ agents: triage });
      },
    ],
  });
  expect(
    await failuresOf({
      agent: triage,
      steps: [user('My money back, please.'), callTool('transfer_to_refunds'), say('Which order?')],
      expect: { agents: ['Triage', 'Refunds'] },
    }),
  ).toMatchInlineSnapshot(`
    "Expected the agents Triage → Refunds, but they were Triage.
    What happened:
        turn 1  Triage: transfer_to_refunds() → Error: Tool transfer_to_refunds failed: A Result has no field "agents". Did you mean "agent"? Its fields: value, agent, … (137 characters)
                  threw TypeError: A Result has no field "agents". Did you mean "agent"? Its fields: value, agent, contextVariables. (at test/mistakes/in-agents.test.ts:348)
        turn 2  Triage: says "Which order?"
      ❯ ended: completed"
  `);
});
