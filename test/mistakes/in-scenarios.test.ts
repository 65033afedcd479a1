/** Mistakes in scenarios. Each title names a mistake; the test shows its error. */
import { test, vi } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import {
  callTool,
  defineScenario,
  runScenario,
  say,
  stubTools,
  user,
  type Scenario,
} from 'swarmcheck/testing';
import { desk } from '../support/agents.ts';
import { errorOf, failuresOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

const name = 'an order is looked up';
const steps = [user('Where is A-17?'), callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];

/** The error with which a scenario is refused. */
function refusalOf(scenario: Scenario): Promise<Error> {
  return errorOf(() => runScenario(scenario));
}

test('a misspelt field', async ({ expect }) => {
  expect(
    factsOf(
      await refusalOf({
        name,
        agent: desk,
        steps,
        // @ts-expect-error the compiler says so, too
        contextVariable: { user: 'Ann' },
      }),
    ),
  ).toEqual({ error: 'UsageError', field: 'contextVariable', suggestion: 'contextVariables' });
});

test('a misspelt limit', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf({ name, agent: desk, steps, maxTurn: 3 }))).toEqual({
    error: 'UsageError',
    field: 'maxTurn',
    suggestion: 'maxTurns',
  });
});

test('misspelt expectations', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    factsOf(await refusalOf({ name, agent: desk, steps, expects: { stopReason: 'completed' } })),
  ).toEqual({ error: 'UsageError', field: 'expects', suggestion: 'expect' });
});

test('an undefined scenario', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => runScenario())).toMatchInlineSnapshot(
    `"A scenario must be an object, but is undefined. Write { agent, steps }."`,
  );
});

test('steps in place of a scenario', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => runScenario(steps))).toEqual({
    error: 'UsageError',
    given: 'an array of 3 items',
  });
});

test('an agent and its steps as two arguments', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => runScenario(desk, steps))).toEqual({
    error: 'UsageError',
    given: 'an Agent',
  });
});

test('a name before the scenario', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => defineScenario('a refund', { agent: desk, steps }))).toMatchInlineSnapshot(
    `"A scenario must be an object, but is the string "a refund". The name is one of its fields: { name: "a refund", agent, steps }."`,
  );
});

test('a missing await before the scenario', async ({ expect }) => {
  const scenario = Promise.resolve({ agent: desk, steps });
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => runScenario(scenario))).toMatchInlineSnapshot(
    `"A scenario must be an object, but is a Promise. Is an "await" missing?"`,
  );
});

test('a scenario without a name', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => defineScenario({ agent: desk, steps }))).toMatchInlineSnapshot(
    `"A scenario needs a name that says what happens in it, such as "a refund is issued once"."`,
  );
});

test('a fraction of a turn', async ({ expect }) => {
  expect((await refusalOf({ name, agent: desk, steps, maxTurns: 2.5 })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "maxTurns" that must be a whole number or Infinity, but is the number 2.5."`,
  );
});

test('a time limit with a unit', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: desk, steps, timeoutMs: '5s' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "timeoutMs" that must be a number of milliseconds above 0, but is the string "5s"."`,
  );
});

test('a misspelt hook', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    factsOf(await refusalOf({ name, agent: desk, steps, hooks: { beforeTools: () => {} } })),
  ).toEqual({ error: 'UsageError', field: 'beforeTools', suggestion: 'beforeTool' });
});

test('a hook that is not a function', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf({ name, agent: desk, steps, hooks: { beforeTool: 'log' } })).message,
  ).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "hooks", has a field "beforeTool" that must be a function, but is the string "log"."`,
  );
});

test('a text in place of the earlier messages', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: desk, steps, messages: 'Hello.' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "messages" that must be a list of messages, but is the string "Hello."."`,
  );
});

test('an earlier message without a role', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    factsOf(await refusalOf({ name, agent: desk, steps, messages: [{ content: 'Hello.' }] })),
  ).toEqual({ error: 'UsageError', field: 'messages[0]' });
});

test('a missing await before the agent', async ({ expect }) => {
  const agent = Agent.create(() => ({ name: 'Desk' }));
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent, steps })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "agent" that must be an Agent, a function that makes one, or an externalAgent, but is a Promise. Is an "await" missing?"`,
  );
});

test('the class in place of an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: Agent, steps })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "agent" that must be an Agent, a function that makes one, or an externalAgent, but is the class Agent. Write new Agent(…)."`,
  );
});

test('the options in place of an agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: { name: 'Desk' }, steps })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "agent" that must be an Agent, a function that makes one, or an externalAgent, but is an object. Write new Agent({ … })."`,
  );
});

test('an object with the agent in place of it', async ({ expect }) => {
  const triage = new Agent({ name: 'Triage' });
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: { triage }, steps })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "agent" that must be an Agent, a function that makes one, or an externalAgent, but is an object. Write agent: triage."`,
  );
});

test('an agent factory that returns nothing', async ({ expect }) => {
  const agents: Agent[] = [];
  const makeDesk = () => {
    agents.push(new Agent({ name: 'Desk' }));
  };
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: makeDesk, steps })).message).toMatchInlineSnapshot(
    `"The agent factory of the scenario must return an Agent, but returned undefined. Is a "return" missing?"`,
  );
});

test('an agent factory that throws', async ({ expect }) => {
  const makeDesk = () => {
    throw new Error('There is no database at localhost:5432.');
  };
  expect(await failuresOf({ name, agent: makeDesk, steps })).toMatchInlineSnapshot(`
    "The agent factory failed: Error: There is no database at localhost:5432.
    If the scenario should expect this error, add expect: { error: { name: "Error" } }.
    What happened:
        nothing"
  `);
});

test('a stub for a tool that no agent has', async ({ expect }) => {
  expect(await failuresOf({ name, agent: desk, steps, tools: { lookUp: 'found' } })).toMatchInlineSnapshot(`
    "The stub "lookUp" replaces no tool: none of the agents that were reached has a tool with that name. Did you mean "look_up"? Their tools: look_up.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('an undefined stub', async ({ expect }) => {
  const stubs: Record<string, string> = {};
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf({ name, agent: desk, steps, tools: { look_up: stubs['look_up'] } })).message,
  ).toMatchInlineSnapshot(
    `"The stub "look_up" is undefined. Write the value that the tool returns, or a function that replaces the tool."`,
  );
});

test('a list of stubs', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ name, agent: desk, steps, tools: ['look_up'] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up" has a field "tools" that must be an object with a stub for each tool name, but is an array of 1 item."`,
  );
});

test('a tool in place of its stub', async ({ expect }) => {
  const tools = { look_up: tool({ name: 'look_up', execute: () => 'A-17 is paid' }) };
  expect((await refusalOf({ name, agent: desk, steps, tools })).message).toMatchInlineSnapshot(
    `"The stub "look_up" is a tool. Write its function, (args) => …, or the value that it returns."`,
  );
});

test('stubs before their agent', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => stubTools({ look_up: 'A-17 is paid' }, desk))).toMatchInlineSnapshot(
    `"stubTools takes an Agent and its stubs, but was given an object first."`,
  );
});

test('an agent without its stubs', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => stubTools(desk))).toMatchInlineSnapshot(
    `"stubTools takes an Agent and its stubs, { name: stub }, but was given undefined second."`,
  );
});

// Fake timers change the clock of the whole process, so this test runs alone.
test.sequential('a tool that never ends', async ({ expect, onTestFinished }) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let failing: Promise<string> | undefined;
  await new Promise<void>((reached) => {
    const tools = {
      look_up() {
        reached();
        return new Promise<string>(() => {});
      },
    };
    failing = failuresOf({ name, agent: desk, steps, tools, timeoutMs: 20 });
  });
  await vi.advanceTimersByTimeAsync(20);
  expect(await failing).toMatchInlineSnapshot(`
    "The run was rejected: ScenarioTimeoutError: The scenario was stopped after 20 ms, waiting for the tool "look_up" (turn 1). Make sure that this ends in time, or raise timeoutMs.
    What happened:
        turn 1  Desk: asks for look_up({"orderId":"A-17"})
      ❯ ended: aborted"
  `);
});

test('a script that begins with the model', async ({ expect }) => {
  expect(await failuresOf({ agent: desk, steps: [say('It is paid.')] })).toMatchInlineSnapshot(`
    "The scenario begins with an answer of the model, and no message comes before it. Begin its "steps" with user("…"), or give it earlier "messages".
    What happened:
        turn 1  Desk: says "It is paid."
        ended: completed"
  `);
});

test('a script may begin with the model after earlier messages, and may be empty', async ({ expect }) => {
  const messages = [{ role: 'user', content: 'hi' }] as const;
  const after = await runScenario({ agent: desk, messages: [...messages], steps: [say('It is paid.')] });
  expect(after.failures).toEqual([]);
  const { failures } = await runScenario({ agent: desk, steps: [] });
  expect(failures.map(({ message }) => message).join('\n')).not.toContain('no message comes before it');
});
