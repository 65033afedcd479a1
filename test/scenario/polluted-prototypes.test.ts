/**
 * Code under test that sets a key on a built-in object. The whole process shares these objects, so the tests run one
 * after another.
 */
import { Agent, tool, type Hooks } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario, type ScenarioRun } from 'swarmcheck/testing';
import { test } from 'vitest';
import { PrototypePollutedError } from '../../src/scenario/polluted-prototypes.ts';
import { reasonsOf } from '../support/failures.ts';

type Counts = Record<string, Record<string, unknown>>;

/** Counts as careless code does: a name that every object inherits leads to a shared object. */
function count(counts: Counts, name: string, key: string, value: unknown = 1): void {
  (counts[name] ??= {})[key] = value;
}

const parameters = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const;

/** A scenario in which the model chooses a name, and the tool writes under this name. */
function scenarioWith(
  write: (name: string) => void,
  name = '__proto__',
  parts: Partial<Scenario> = {},
): Scenario {
  const note = tool({
    name: 'note',
    parameters,
    execute(args) {
      write(String(args.name));
      return 'noted';
    },
  });
  const agent = new Agent({ functions: [note] });
  return { agent, steps: [user('x'), callTool('note', { name }), say('done')], ...parts };
}

const errorsOf = ({ failures }: ScenarioRun) => failures.map(({ cause }) => cause);

test.sequential('a polluted prototype fails the scenario that polluted it, and only that', async ({
  expect,
}) => {
  const polluting = scenarioWith((name) => count({}, name, 'visits'));
  const run = await runScenario(polluting);
  expect(run.passed).toBe(false);
  expect(reasonsOf(run)).toEqual([
    'The key "visits" was set on Object.prototype, to the number 1. The whole process shares this object, so other tests would see the key; it was removed. Code wrote to a plain object under a name that the model chose, such as "__proto__" or "constructor". Keep such names in a Map, or in an object made with Object.create(null).',
  ]);
  expect('visits' in {}).toBe(false);
  expect((await runScenario(scenarioWith(() => {}))).passed).toBe(true);
});

test.sequential('a key with the name of an expectation is not taken for one', async ({ expect }) => {
  const run = await runScenario(scenarioWith((name) => count({}, name, 'seen')));
  expect(errorsOf(run)).toMatchObject([{ key: 'seen' }]);
});

test.sequential.for([
  ['__proto__', 'Object.prototype'],
  ['constructor', 'Object'],
  ['toString', 'Object.prototype.toString'],
])('a key under the name "%s" is found on %s', async ([name, prototype], { expect }) => {
  const run = await runScenario(scenarioWith((given) => count({}, given, 'visits'), name));
  expect(errorsOf(run)).toMatchObject([{ key: 'visits', prototype, given: 'the number 1' }]);
});

test.sequential('a list, a text and a function lead to other prototypes', async ({ expect }) => {
  const kinds = { list: [], text: '', code: () => {} } as const;
  const run = await runScenario(
    scenarioWith((name) => {
      for (const [kind, value] of Object.entries(kinds)) count(value as unknown as Counts, name, kind);
    }),
  );
  expect(errorsOf(run)).toMatchObject([
    { key: 'list', prototype: 'Array.prototype' },
    { key: 'code', prototype: 'Function.prototype' },
    { key: 'text', prototype: 'String.prototype' },
  ]);
});

test.sequential('a method that was replaced by a value is put back', async ({ expect }) => {
  const { valueOf } = Object.prototype;
  const run = await runScenario(scenarioWith((name) => count({}, name, 'valueOf')));
  expect(errorsOf(run)).toMatchObject([{ key: 'valueOf', prototype: 'Object.prototype' }]);
  expect(Object.prototype.valueOf).toBe(valueOf);
});

test.sequential.for(['beforeTool', 'afterTool'] as const)(
  'a hook (%s) is watched',
  async (kind, { expect }) => {
    const hooks: Hooks = { [kind]: () => count({}, '__proto__', kind) };
    const run = await runScenario(scenarioWith(() => {}, '__proto__', { hooks }));
    expect(errorsOf(run)).toMatchObject([{ key: kind }]);
  },
);

test.sequential('the check of a scenario is watched', async ({ expect }) => {
  const check = () => count({}, '__proto__', 'checked');
  const run = await runScenario(scenarioWith(() => {}, 'a', { check }));
  expect(errorsOf(run)).toMatchObject([{ key: 'checked' }]);
});

test.sequential('the text of a value is not shown, and a secret key neither', async ({ expect }) => {
  const secret = 'sk-proj-0123456789abcdefghij';
  const run = await runScenario(scenarioWith((name) => count({}, name, secret, 'a text of the user')));
  expect(errorsOf(run)).toMatchObject([{ given: 'a string' }]);
  expect(JSON.stringify(reasonsOf(run))).not.toMatch(/0123456789|a text of the user/);
});

test.sequential('methods that a library adds do not count', async ({ expect }) => {
  const name = 'lastOfList';
  try {
    const extend = () => {
      Reflect.set(Array.prototype, name, () => 'last');
      Reflect.defineProperty(String.prototype, name, { value: 1, configurable: true });
    };
    expect(reasonsOf(await runScenario(scenarioWith(extend)))).toEqual([]);
    expect(name in []).toBe(true);
  } finally {
    Reflect.deleteProperty(Array.prototype, name);
    Reflect.deleteProperty(String.prototype, name);
  }
});

test.sequential('a key that was there before the scenario is not the fault of the scenario', async ({
  expect,
}) => {
  try {
    count({}, '__proto__', 'before');
    expect(reasonsOf(await runScenario(scenarioWith(() => {})))).toEqual([]);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'before');
  }
});

test.sequential('a scenario that begins during another does not hide the key', async ({ expect }) => {
  const inner: Promise<ScenarioRun>[] = [];
  const outer = scenarioWith((name) => {
    count({}, name, 'visits');
    inner.push(runScenario(scenarioWith(() => {})));
  });
  const runs = [await runScenario(outer), ...(await Promise.all(inner))];
  expect(runs.flatMap(errorsOf)).toEqual([expect.any(PrototypePollutedError)]);
});
