import { expect, test, vi } from 'vitest';
import { Project, scenarioSource, stackTrace } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const passing = scenarioSource('looks it up');

test('of two files of which one is broken the other is run, and code 2', async () => {
  await using project = await Project.of({ 'a.scenario.ts': 'export const x = ;', 'b.scenario.ts': passing });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'a.scenario.ts', 'b.scenario.ts']);
  expect(stdout).toMatch('✓ looks it up');
  expect(stdout).toMatch('1 scenario: 1 passed, 1 could not be loaded');
  expect(stderr).toMatch(/^✗ a\.scenario\.ts:1: /);
  expect(code).toBe(2);
});

test('where one file is broken and a scenario fails, the code is 2', async () => {
  const failing = scenarioSource('says goodbye', { expectations: "{ finalMessage: 'goodbye' }" });
  await using project = await Project.of({ 'a.scenario.ts': 'export const x = ;', 'b.scenario.ts': failing });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', 'b.scenario.ts']);
  expect(stdout).toMatch('1 scenario: 0 passed, 1 failed, 1 could not be loaded');
  expect(code).toBe(2);
});

test('in a project of CommonJS what is missing is told the same', async () => {
  await using project = await Project.of({ 'desk.scenario.ts': "import './nowhere.ts';\n" }, {});
  const { stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/^✗ desk\.scenario\.ts: It imports something that is not there: /);
  expect(stderr).not.toMatch(stackTrace);
});

test('a promise that is rejected while a file is loaded, and that nobody awaits, fails', async () => {
  const top = "void Promise.reject(new Error('No database'));";
  await using project = await Project.of({ 'desk.scenario.ts': scenarioSource('floats', { top }) });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(`${stdout}${stderr}`).toMatch('an error was thrown that nobody caught: No database');
  expect(`${stdout}${stderr}`).not.toMatch(stackTrace);
  expect(code).not.toBe(0);
});

test('a module that ends the process is told, and code 2', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('exits', { top: 'process.exit(0);' }),
  });
  const { code, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/desk\.scenario\.ts ended the process/);
  expect(code).toBe(2);
});

test('a tool that ends the process is told, and code 2', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('exits', { execute: 'process.exit(0)' }),
  });
  const { code, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/desk\.scenario\.ts ended the process/);
  expect(code).toBe(2);
});

test('an export that is nearly a scenario is told, and not passed over', async () => {
  const source = passing.replace(
    'export default',
    "export const forgotten = { name: 'has no agent', steps: [user('hi'), say('hello')] };\n\nexport default",
  );
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { code, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stderr).toMatch(/^✗ desk\.scenario\.ts: .*forgotten.*agent/);
  expect(code).toBe(2);
});
