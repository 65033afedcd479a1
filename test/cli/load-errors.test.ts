import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Project, scenarioSource, stackTrace, type CommandResult } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const passing = scenarioSource('looks it up');

/** One project with every kind of file that cannot be run. Each name says what is wrong. */
const files = {
  'parses-not.scenario.ts': 'export const a = 1;\nexport const b = ;\n',
  'js-parses-not.scenario.js': 'export const a = 1;\nexport const b = ;\n',
  'mjs-parses-not.scenario.mjs': 'export const a = 1;\nexport const b = ;\n',
  'imports-what-parses-not.scenario.ts': "import './lib/helper.ts';\n",
  'lib/helper.ts': '\n\nexport const b = ;\n',
  'throws.scenario.ts':
    "const url: string | undefined = undefined;\n\nif (!url) throw new Error('No database.');\n",
  'throws-elsewhere.scenario.ts': "import { connect } from './lib/database.ts';\nconnect();\n",
  'lib/database.ts': "export function connect(): void {\n  throw new Error('No connection.');\n}\n",
  'throws-in-a-package.scenario.ts': "import { z } from 'zod';\n\nz.string().parse(5);\n",
  'throws-a-text.scenario.ts': "throw 'no database';\n",
  'throws-an-object.scenario.ts': 'throw { code: 7 };\n',
  'misses-a-file.scenario.ts': "import './nowhere.ts';\n",
  'misses-a-package.scenario.ts': "import 'no-such-package';\n",
  'misses-a-name.scenario.ts': "import { Agnt } from 'swarmcheck';\nexport default Agnt;\n",
  'exports-none.scenario.ts': 'export const settings = { retries: 3 };\n',
  'exports-a-malformed-one.scenario.ts':
    "import { Agent } from 'swarmcheck';\nexport const greeting = { agent: new Agent(), steps: [{ say: 5 }] };\n",
  'defines-a-malformed-one.scenario.ts': passing.replace("say('hello')", '{}'),
  'makes-no-agent.scenario.ts':
    "export const greeting = { agent: () => undefined, steps: [{ user: 'hi' }] };\n",
  'steps.json': '{}',
  'empty/readme.txt': 'nothing here',
};
const asked = ['.', 'steps.json', 'nowhere.scenario.ts', 'scenarios/*.ts', 'empty'];

let project: Project;
let result: CommandResult;

beforeAll(async () => {
  project = await Project.of(files);
  result = await project.swarmcheck(['run', ...asked]);
});

afterAll(() => project[Symbol.asyncDispose]());

/** The lines of stderr that report this file, from its mark on. */
function told(file: string): string {
  const lines = result.stderr.replaceAll(project.folder, '<project>').split('\n');
  const start = lines.findIndex((line) => line.startsWith(`✗ ${file}`));
  if (start < 0) throw new Error(`Nothing is told about ${file}:\n${result.stderr}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('    '));
  return lines.slice(start, end).join('\n');
}

test('files that cannot be run give code 2 and one error each', () => {
  expect(result.stdout).toBe('\n0 scenarios: 0 passed, 20 errors\n');
  expect(result.stderr.match(/^✗ /gm)).toHaveLength(20);
  expect(result.code).toBe(2);
});

test('no error has a stack trace', () => {
  expect(result.stderr).not.toMatch(stackTrace);
});

test('a file that does not exist is reported', ({ expect }) => {
  expect(told('nowhere.scenario.ts')).toMatchInlineSnapshot(
    `"✗ nowhere.scenario.ts: The file does not exist."`,
  );
});

test('a glob that matches nothing is reported', ({ expect }) => {
  expect(told('scenarios/*.ts')).toMatchInlineSnapshot(`"✗ scenarios/*.ts: No file matches this pattern."`);
});

test('a folder without scenarios is reported', ({ expect }) => {
  expect(told('empty')).toMatchInlineSnapshot(
    `"✗ empty: This folder has no scenario file. Write one whose name ends in .scenario.ts."`,
  );
});

test('a JSON file that holds neither steps nor a saved failure is reported', ({ expect }) => {
  expect(told('steps.json')).toMatchInlineSnapshot(
    `"✗ steps.json: It must hold a list of steps, or a saved failure with "version" and "invariant", but holds an object without fields. Steps are a list: [{ "user": "…" }, { "say": "…" }]."`,
  );
});

test('a syntax error is reported with its line', ({ expect }) => {
  expect(told('parses-not.scenario.ts')).toMatchInlineSnapshot(
    `"✗ parses-not.scenario.ts:2: It has a syntax error: Unexpected ";""`,
  );
});

test.for(['js-parses-not.scenario.js', 'mjs-parses-not.scenario.mjs'])(
  'a syntax error in %s is reported with its line',
  (file) => {
    expect(told(file)).toMatch(`✗ ${file}:2: It has a syntax error:`);
  },
);

test('a syntax error in an imported file is reported at its place in that file', ({ expect }) => {
  expect(told('lib/helper.ts')).toMatchInlineSnapshot(
    `"✗ lib/helper.ts:3: It has a syntax error: Unexpected ";""`,
  );
});

test('an error that is thrown while a file loads is reported with its line', ({ expect }) => {
  expect(told('throws.scenario.ts')).toMatchInlineSnapshot(
    `"✗ throws.scenario.ts:3: It threw while loading: No database."`,
  );
});

test('an error that is thrown in a function of another file is reported at the innermost place', ({
  expect,
}) => {
  expect(told('lib/database.ts')).toMatchInlineSnapshot(
    `"✗ lib/database.ts:2: It threw while loading: No connection."`,
  );
});

test('an error that is thrown in a package is reported at the line that called the package', () => {
  expect(told('throws-in-a-package.scenario.ts')).toMatch(
    /^✗ throws-in-a-package\.scenario\.ts:3: It threw while loading:/,
  );
});

test('a thrown value that is not an Error is reported readably', () => {
  expect(told('throws-a-text.scenario.ts')).toMatch('"no database"');
  expect(told('throws-an-object.scenario.ts')).not.toMatch('[object Object]');
});

test('an import of a missing file is reported', ({ expect }) => {
  expect(told('misses-a-file.scenario.ts')).toMatchInlineSnapshot(
    `"✗ misses-a-file.scenario.ts:1: It imports "./nowhere.ts", which does not exist."`,
  );
});

test('an import of a missing package is reported', ({ expect }) => {
  expect(told('misses-a-package.scenario.ts')).toMatchInlineSnapshot(
    `"✗ misses-a-package.scenario.ts:1: It imports the package "no-such-package", which is not installed."`,
  );
});

test('an import of a missing name is reported, with a suggestion', ({ expect }) => {
  expect(told('misses-a-name.scenario.ts')).toMatchInlineSnapshot(
    `"✗ misses-a-name.scenario.ts:1: It imports "Agnt" from "swarmcheck", which has no export of that name. Did you mean "Agent"?"`,
  );
});

test('a file that exports no scenario is reported, with its exports', ({ expect }) => {
  expect(told('exports-none.scenario.ts')).toMatchInlineSnapshot(
    `"✗ exports-none.scenario.ts: No export of this file is a scenario. Export one: export default defineScenario({ … }). Its exports: settings is an object."`,
  );
});

test('a malformed scenario among the exports is reported with its mistake', ({ expect }) => {
  expect(told('exports-a-malformed-one.scenario.ts')).toMatchInlineSnapshot(
    `"✗ exports-a-malformed-one.scenario.ts: The export "greeting" is not a valid scenario. Step 1 (steps[0]) has a "say" that must be a string, but is the number 5."`,
  );
});

test('a malformed scenario in defineScenario is reported with its line', () => {
  expect(told('defines-a-malformed-one.scenario.ts')).toMatch(
    /^✗ defines-a-malformed-one\.scenario\.ts:6: .*Step 3 \(steps\[2\]\) is empty/,
  );
});

test('a scenario whose factory returns no agent is reported', () => {
  expect(told('makes-no-agent.scenario.ts')).toMatch(
    'The scenario "greeting" cannot be played: The agent factory of the scenario must return an Agent',
  );
});
