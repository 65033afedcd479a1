import fc from 'fast-check';
import {
  agentGraph,
  relations,
  InvariantBrokenError,
  reduceScenario,
  scriptFor,
} from 'swarmcheck/fast-check';
import { callTool, callTools, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { Agent } from 'swarmcheck';
import { expect, test } from 'vitest';
import { counterexampleOf } from '../../support/property.ts';

const agent = new Agent({
  functions: [
    function look_up() {
      return 'found';
    },
    function note() {
      return 'noted';
    },
  ],
});
const long: Scenario = {
  agent,
  steps: [
    user('Good morning, dear agent.'),
    callTools([callTool('look_up'), callTool('note')]),
    callTool('note'),
    say('Done, and done well.'),
    user('Again.'),
    callTool('look_up'),
    say('Done.'),
  ],
};
const notes = async (scenario: Scenario) =>
  (await runScenario(scenario)).trace.toolCalls.some(({ tool }) => tool === 'note');

test('a scenario keeps agents that are written by hand, and loses steps', async () => {
  const { scenario, source } = await reduceScenario(long, notes);
  expect(scenario.agent).toBe(agent);
  expect(source).toBe("user('hi'),\ncallTool('note'),\nsay('ok'),");
});

test('generated agents lose agents and tools that are not needed', async () => {
  const scenarios = agentGraph().chain((graph) =>
    scriptFor(graph).map((steps): Scenario => ({ agent: graph, steps })),
  );
  const handsOff = async (scenario: Scenario) => (await runScenario(scenario)).trace.handoffs.length > 0;
  const found = await counterexampleOf(
    fc.asyncProperty(scenarios, async (scenario) => !(await handsOff(scenario))),
    { seed: 1, numRuns: 300 },
  );
  const { source } = await reduceScenario(found![0], handsOff);
  expect(source).toBe(
    "agents {\n  'A0': [t0() => handoff 'A0']\n}\nuser('hi'),\ncallTool('t0'),\nsay('ok'),",
  );
});

test('reduceScenario makes at most the given number of tries', async () => {
  let asked = 0;
  const { scenario } = await reduceScenario(
    long,
    (candidate) => {
      asked++;
      return notes(candidate);
    },
    { tries: 3 },
  );
  expect(asked).toBeLessThanOrEqual(3);
  expect(await notes(scenario)).toBe(true);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['no scenario', () => reduceScenario([] as never, notes), 'scenario'],
  [
    'no function',
    () => reduceScenario(long, true as never),
    'a function that returns whether a scenario fails',
  ],
  ['an unknown option', () => reduceScenario(long, notes, { runs: 1 } as never), 'runs'],
  ['a scenario that does not fail', () => reduceScenario(long, () => false), 'that does not fail'],
])('%s is refused', async (_what, reduce, message) => {
  await expect(reduce()).rejects.toThrow(TypeError);
  await expect(reduce()).rejects.toThrow(message);
});

test('a generated agent prints as source', () => {
  const [graph] = fc.sample(agentGraph({ maxAgents: 1 }), { seed: 3, numRuns: 1 });
  expect(fc.stringify(graph)).toMatch(/^agents \{\n  'A0'.*: \[.*\]\n\}$/s);
});

test.each([
  [{ maxAgents: 0 }, 'maxAgents must be a whole number above 0, but is the number 0.'],
  [{ maxAgents: 1.5 }, 'maxAgents must be a whole number above 0'],
  [{ agents: 2 }, 'agents'],
])('invalid options of agentGraph are refused: %j', (options, message) => {
  expect(() => agentGraph(options as object)).toThrow(message);
});

test('every relation but same-twice refuses an app of another SDK', async () => {
  const app = { kind: 'external', respond: async () => {} } as const;
  const scenario = { agent: app, steps: [user('hi'), say('ok')] };
  const { 'same-twice': ofAny, ...ofOurs } = relations;
  for (const check of Object.values(ofOurs))
    await expect(check(scenario)).rejects.toThrow('not of an externalAgent');
  await expect(ofAny(scenario)).resolves.toBeUndefined();
});

test('an InvariantBrokenError names its invariant', () => {
  expect(new InvariantBrokenError('some-invariant', 'It is so.')).toMatchObject({
    invariant: 'some-invariant',
    message: 'some-invariant: It is so.',
  });
});
