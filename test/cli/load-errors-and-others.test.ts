import { expect, test, vi } from 'vitest';
import { Project, scenarioSource, stackTrace } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const passing = scenarioSource('looks it up');

test('if one of two files is broken, the other still runs, and the code is 2', async () => {
  await using project = await Project.of({ 'a.scenario.ts': 'export const x = ;', 'b.scenario.ts': passing });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'a.scenario.ts', 'b.scenario.ts']);
  expect(stdout).toMatch('✓ looks it up');
  expect(stdout).toMatch('1 scenario: 1 passed, 1 error');
  expect(stderr).toMatch(/^✗ a\.scenario\.ts:1: /);
  expect(code).toBe(2);
});

test('if one file is broken and a scenario of another fails, the code is 2', async () => {
  const failing = scenarioSource('says goodbye', { expectations: "{ finalMessage: 'goodbye' }" });
  await using project = await Project.of({ 'a.scenario.ts': 'export const x = ;', 'b.scenario.ts': failing });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', 'b.scenario.ts']);
  expect(stdout).toMatch('1 scenario: 0 passed, 1 failed, 1 error');
  expect(code).toBe(2);
});

test('a CommonJS project gets the same messages for missing imports', async ({ expect }) => {
  await using project = await Project.of(
    {
      'misses-a-file.scenario.ts': "\nimport './nowhere.ts';\n",
      'misses-a-package.scenario.ts': "import { x } from '@no-such/package/deep';\nconsole.log(x);\n",
      'misses-a-name.scenario.ts': "import { defineScenario } from 'swarmcheck';\ndefineScenario({});\n",
    },
    {},
  );
  const { stderr } = await project.swarmcheck(['run', '.']);
  expect(stderr).toMatchInlineSnapshot(`
    "✗ misses-a-file.scenario.ts:2: It imports "./nowhere.ts", which does not exist.
    ✗ misses-a-name.scenario.ts:1: It imports "defineScenario" from "swarmcheck", which has no export of that name. Import it from "swarmcheck/testing".
    ✗ misses-a-package.scenario.ts:1: It imports the package "@no-such/package", which is not installed.
    "
  `);
});

test('a missing import of a helper file is reported at its place in the helper', async ({ expect }) => {
  await using project = await Project.of({
    'desk.scenario.ts': "import './lib/agents.ts';\n",
    'lib/agents.ts': "\nimport {\n  Agent,\n  Reslt,\n} from 'swarmcheck';\nconsole.log(Agent, Reslt);\n",
    'refunds.scenario.ts': "import './lib/refunds.ts';\n",
    'lib/refunds.ts':
      "// import './agent.ts' was here\nimport * as agents from './agent.ts';\nconsole.log(agents);\n",
  });
  const { stderr } = await project.swarmcheck(['run', '.']);
  expect(stderr).toMatchInlineSnapshot(`
    "✗ lib/agents.ts:4: It imports "Reslt" from "swarmcheck", which has no export of that name. Did you mean "Result"?
    ✗ lib/refunds.ts:2: It imports "./agent.ts", which does not exist. Did you mean "agents.ts"?
    "
  `);
});

test('a rejected promise that is not awaited while a file loads fails the command', async () => {
  const top = "void Promise.reject(new Error('No database'));";
  await using project = await Project.of({ 'desk.scenario.ts': scenarioSource('floats', { top }) });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(`${stdout}${stderr}`).toMatch(
    'An error was thrown and not caught while desk.scenario.ts was loaded: No database',
  );
  expect(`${stdout}${stderr}`).not.toMatch(stackTrace);
  expect(code).not.toBe(0);
});

test('a module that ends the process is reported, with code 2', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('exits', { top: 'process.exit(0);' }),
  });
  const { code, stderr } = await project.spawnSwarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/desk\.scenario\.ts ended the process/);
  expect(code).toBe(2);
});

test('a tool that ends the process is reported, with code 2', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('exits', { execute: 'process.exit(0)' }),
  });
  const { code, stderr } = await project.spawnSwarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/desk\.scenario\.ts ended the process/);
  expect(code).toBe(2);
});

test('an export that is almost a scenario is reported, not skipped', async () => {
  const source = passing.replace(
    'export default',
    "export const forgotten = { name: 'has no agent', steps: [user('hi'), say('hello')] };\n\nexport default",
  );
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { code, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/^✗ desk\.scenario\.ts: .*forgotten.*agent/);
  expect(code).toBe(2);
});
