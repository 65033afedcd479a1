/** Mistakes in scenario files. Each title names a mistake; the test shows its error. */
import { test, vi } from 'vitest';
import { Project } from '../cli/swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The files of the project in which the command runs, each with its mistake. */
const files: Record<string, string> = {};

/** Adds a file to the project. Returns its name. */
function file(name: string, source: string): string {
  files[name] = source;
  return name;
}

/** The beginning of the scenario files. */
const top = `import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const desk = new Agent({ name: 'Desk', functions: [tool({ name: 'look_up', execute: () => 'paid' })] });
const steps = [user('Where is A-17?'), callTool('look_up'), say('It is paid.')];
`;

let output: Promise<string> | undefined;

/** The part of the output that is about this argument. One command gets the arguments of all tests. */
async function toldOf(given: string): Promise<string> {
  output ??= told(
    '.',
    'refunds.test.ts',
    'refunds.json',
    'nowhere.scenario.ts',
    'refunds/*.scenario.ts',
    'folder',
  );
  const blocks = (await output).split(/^(?=[✓✗] |\d+ scenarios)/m);
  const ofFile = (block: string) => block.startsWith(`✗ ${given}:`) || block.includes(`\n  ${given}\n`);
  return blocks.find(ofFile)?.trimEnd() ?? 'The mistake passed in silence.';
}

/** The output of the command: stderr, then stdout. It has its own process, because this one can import Vitest. */
async function told(...given: string[]): Promise<string> {
  await using project = await Project.of(files);
  const { stderr, stdout } = await project.spawnSwarmcheck(['run', ...given]);
  return `${stderr}${stdout}`;
}

test('a file that is not there', async ({ expect }) => {
  expect(await toldOf('nowhere.scenario.ts')).toMatchInlineSnapshot(
    `"✗ nowhere.scenario.ts: The file does not exist."`,
  );
});

test('a pattern that matches nothing', async ({ expect }) => {
  expect(await toldOf('refunds/*.scenario.ts')).toMatchInlineSnapshot(
    `"✗ refunds/*.scenario.ts: No file matches this pattern."`,
  );
});

file('folder/refunds.ts', '');

test('a folder without scenarios', async ({ expect }) => {
  expect(await toldOf('folder')).toMatchInlineSnapshot(
    `"✗ folder: This folder has no scenario file. Write one whose name ends in .scenario.ts."`,
  );
});

const json = file('refunds.json', '{}');

test('a JSON file without steps', async ({ expect }) => {
  expect(await toldOf(json)).toMatchInlineSnapshot(
    `"✗ refunds.json: It must hold a list of steps, or a saved failure with "version" and "invariant", but holds an object without fields. Steps are a list: [{ "user": "…" }, { "say": "…" }]."`,
  );
});

const unexported = file(
  'unexported.scenario.ts',
  `${top}
defineScenario({ name: 'unexported', agent: desk, steps });
`,
);

test('a scenario that is not exported', async ({ expect }) => {
  expect(await toldOf(unexported)).toMatchInlineSnapshot(
    `"✗ unexported.scenario.ts: No export of this file is a scenario. Export one: export default defineScenario({ … }). It exports nothing."`,
  );
});

const exportsAgent = file(
  'agent.scenario.ts',
  `${top}
export const agent = desk;
export const said = steps;
`,
);

test('an agent and steps in place of a scenario', async ({ expect }) => {
  expect(await toldOf(exportsAgent)).toMatchInlineSnapshot(
    `"✗ agent.scenario.ts: No export of this file is a scenario. Export one: export default defineScenario({ … }). Its exports: agent is an Agent, said is an array of 3 items."`,
  );
});

const unparsed = file(
  'unparsed.scenario.ts',
  `${top}
export default defineScenario({
  name: 'unparsed',
  agent: desk
  steps,
});
`,
);

test('a file that does not parse', async ({ expect }) => {
  expect(await toldOf(unparsed)).toMatchInlineSnapshot(
    `"✗ unparsed.scenario.ts:10: It has a syntax error: Expected "}" but found "steps""`,
  );
});

const throwing = file(
  'throwing.scenario.ts',
  `
if (!process.env['DATABASE']) throw new Error('DATABASE is not set.');
`,
);

test('a file that throws while it is loaded', async ({ expect }) => {
  expect(await toldOf(throwing)).toMatchInlineSnapshot(
    `"✗ throwing.scenario.ts:2: It threw while loading: DATABASE is not set."`,
  );
});

const malformed = file(
  'malformed.scenario.ts',
  `${top}
export default defineScenario({ name: 'malformed', agent: desk, steps: [...steps, {}] });
`,
);

test('an empty step', async ({ expect }) => {
  expect(await toldOf(malformed)).toMatchInlineSnapshot(
    `"✗ malformed.scenario.ts:7: It threw while loading: Step 4 (steps[3]) is empty. Give it one of user, say, calls, refusal or fault."`,
  );
});

const twin = `${top}
export default defineScenario({ name: 'the order is paid', agent: desk, steps });
`;
file('one.scenario.ts', twin);
const two = file('two.scenario.ts', twin);

test('two scenarios with the same name', async ({ expect }) => {
  expect(await toldOf(two)).toMatchInlineSnapshot(
    `"✗ two.scenario.ts: Two scenarios are named "the order is paid": one in this file, one in one.scenario.ts. This one is not played, because reports and --filter tell scenarios apart by name. Rename one."`,
  );
});

const makesNothing = file(
  'factory.scenario.ts',
  `${top}
const agent = () => {
  Object.assign(desk, { model: 'gpt-4o-mini' });
};
export const unmade = { agent, steps };
`,
);

test('an agent factory that returns nothing', async ({ expect }) => {
  expect(await toldOf(makesNothing)).toMatchInlineSnapshot(
    `"✗ factory.scenario.ts: The scenario "unmade" cannot be played: The agent factory of the scenario must return an Agent, but returned undefined. Is a "return" missing?"`,
  );
});

const failingFactory = file(
  'failing-factory.scenario.ts',
  `${top}
async function agent() {
  throw new Error('There is no database at localhost:5432.');
}
export default defineScenario({ name: 'a fresh desk', agent, steps });
`,
);

test('an agent factory that throws', async ({ expect }) => {
  expect(await toldOf(failingFactory)).toMatchInlineSnapshot(`
    "✗ a fresh desk  (nothing happened)
      failing-factory.scenario.ts
        The agent factory failed: Error: There is no database at localhost:5432.
        If the scenario should expect this error, add expect: { error: { name: "Error" } }.
        What happened:
            nothing
        Thrown at failing-factory.scenario.ts:8"
  `);
});

const failingCheck = file(
  'failing-check.scenario.ts',
  `${top}
const check = ({ response }) => {
  if (!response.contextVariables.receipt) throw new Error('There is no receipt.');
};
export default defineScenario({ name: 'a receipt is sent', agent: desk, steps, check });
`,
);

test('a check that throws', async ({ expect }) => {
  expect(await toldOf(failingCheck)).toMatchInlineSnapshot(`
    "✗ a receipt is sent  Desk: look_up() ⇒ paid, says “It is paid.” (completed, 2 turns)
      failing-check.scenario.ts
        The check failed: There is no receipt.
        What happened:
            turn 1  Desk: look_up() → paid
            turn 2  Desk: says "It is paid."
            ended: completed
        Thrown at failing-check.scenario.ts:8"
  `);
});

const unawaited = file(
  'unawaited.scenario.ts',
  `${top}
async function sendReceipt() {
  throw new Error('There is no printer.');
}
const check = () => {
  sendReceipt();
};
export default defineScenario({ name: 'a receipt is printed', agent: desk, steps, check });
`,
);

test('a check that forgets to await', async ({ expect }) => {
  expect(await toldOf(unawaited)).toMatchInlineSnapshot(`
    "✗ a receipt is printed  Desk: look_up() ⇒ paid, says “It is paid.” (completed, 2 turns)
      unawaited.scenario.ts
        An error was thrown and not caught while this was played: There is no printer. Is an "await" missing?
        Thrown at unawaited.scenario.ts:8"
  `);
});

const unexportedName = file(
  'unexported-name.scenario.ts',
  `import { Agnt } from 'swarmcheck';
export const desk = new Agnt({ name: 'Desk' });
`,
);

test('a misspelt import', async ({ expect }) => {
  expect(await toldOf(unexportedName)).toMatchInlineSnapshot(
    `"✗ unexported-name.scenario.ts:1: It imports "Agnt" from "swarmcheck", which has no export of that name. Did you mean "Agent"?"`,
  );
});

const otherEntry = file(
  'other-entry.scenario.ts',
  `import { Agent, defineScenario } from 'swarmcheck';
export default defineScenario({ name: 'a greeting', agent: new Agent(), steps: [] });
`,
);

test('an import from the wrong entry', async ({ expect }) => {
  expect(await toldOf(otherEntry)).toMatchInlineSnapshot(
    `"✗ other-entry.scenario.ts:1: It imports "defineScenario" from "swarmcheck", which has no export of that name. Import it from "swarmcheck/testing"."`,
  );
});

file('agents.ts', 'export const desk = 1;');
const missingFile = file(
  'missing-file.scenario.ts',
  `import { defineScenario } from 'swarmcheck/testing';
import { desk } from './agnets.ts';
export default defineScenario({ name: 'a greeting', agent: desk, steps: [] });
`,
);

test('an import of a file that is not there', async ({ expect }) => {
  expect(await toldOf(missingFile)).toMatchInlineSnapshot(
    `"✗ missing-file.scenario.ts:2: It imports "./agnets.ts", which does not exist. Did you mean "agents.ts"?"`,
  );
});

const missingEntry = file(
  'missing-entry.scenario.ts',
  `import { Agent } from 'swarmcheck';
import { say } from 'swarmcheck/test';
export const scenario = { agent: new Agent(), steps: [say('Hello.')] };
`,
);

test('an import of an entry that a package does not have', async ({ expect }) => {
  expect(await toldOf(missingEntry)).toMatchInlineSnapshot(
    `"✗ missing-entry.scenario.ts:2: It imports "swarmcheck/test", which the package does not export. Did you mean "swarmcheck/testing"?"`,
  );
});

const missingPackage = file(
  'missing-package.scenario.ts',
  `import { desk } from 'no-such-package/agents';
export const scenario = { agent: desk, steps: [] };
`,
);

test('an import of a package that is not there', async ({ expect }) => {
  expect(await toldOf(missingPackage)).toMatchInlineSnapshot(
    `"✗ missing-package.scenario.ts:1: It imports the package "no-such-package", which is not installed."`,
  );
});

const missingType = file(
  'missing-type.scenario.mts',
  `${top}
export { Scenario } from 'swarmcheck/testing';
`,
);

test('a type that is exported as a value', async ({ expect }) => {
  expect(await toldOf(missingType)).toMatchInlineSnapshot(
    `"✗ missing-type.scenario.mts:7: It imports "Scenario" from "swarmcheck/testing", which has no export of that name. If it is a type, write: import type { Scenario }."`,
  );
});

const vitestTest = file(
  'refunds.test.ts',
  `import { runScenario } from 'swarmcheck/testing';
import { test } from 'vitest';
test('a refund', async () => {
  await runScenario({});
});
`,
);

test('a test file of Vitest', async ({ expect }) => {
  expect(await toldOf(vitestTest)).toMatchInlineSnapshot(
    `"✗ refunds.test.ts:2: This file is a Vitest test. Run it with: npx vitest run refunds.test.ts"`,
  );
});

const vitestScenario = file(
  'vitest.scenario.ts',
  `import { expect, test } from 'vitest';
test('a refund', () => expect(1).toBe(1));
`,
);

test('a Vitest test in a scenario file', async ({ expect }) => {
  expect(await toldOf(vitestScenario)).toMatchInlineSnapshot(
    `"✗ vitest.scenario.ts:1: It imports Vitest, which works only in Vitest tests. A scenario runs without Vitest: state what you expect in "expect", or throw an error in "check"."`,
  );
});

const twins = file(
  'twins.scenario.ts',
  `${top}
export const one = defineScenario({ name: 'a twin', agent: desk, steps });
export const other = defineScenario({ name: 'a twin', agent: desk, steps });
`,
);

test('two scenarios with the same name in one file', async ({ expect }) => {
  expect(await toldOf(twins)).toMatchInlineSnapshot(
    `"✗ twins.scenario.ts: Two scenarios are named "a twin": both in this file. This one is not played, because reports and --filter tell scenarios apart by name. Rename one."`,
  );
});
