import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const passed = (stdout: string) => stdout.match(/(?<=^[✓✗] )\S+/gm) ?? [];
const failing = (name: string) => scenarioSource(name, { expectations: "{ finalMessage: 'goodbye' }" });

test('--filter runs the scenarios whose name contains the text, ignoring case', async () => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('Refund-once'),
    'scenarios/b.scenario.ts': scenarioSource('greeting'),
    'scenarios/c.scenario.ts': scenarioSource('a-refund-twice'),
  });
  const { code, stdout } = await project.swarmcheck(['run', '--filter', 'rEfund']);
  expect(passed(stdout)).toEqual(['Refund-once', 'a-refund-twice']);
  expect(code).toBe(0);
});

test('a --filter that matches nothing lists the names, with code 2', async ({ expect }) => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('once'),
    'scenarios/b.scenario.ts': scenarioSource('twice'),
  });
  expect(await project.swarmcheck(['run', '--filter', 'refnd'])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "stderr": "✗ --filter "refnd": No scenario name contains this text. The names are: "once", "twice".
    ",
      "stdout": "
    0 scenarios: 0 passed, 1 error
    ",
    }
  `);
});

test.for(['', ' '])('--filter %j is a usage error', async (text) => {
  await using project = await Project.of({ 'scenarios/a.scenario.ts': scenarioSource('once') });
  const { code, stderr, stdout } = await project.swarmcheck(['run', '--filter', text]);
  expect(stderr).toMatch(/^error: option '--filter <text>' argument/);
  expect([code, stdout]).toEqual([2, '']);
});

test('--bail stops after the first scenario that fails', async () => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('first'),
    'scenarios/b.scenario.ts': failing('second'),
    'scenarios/c.scenario.ts': `throw new Error('was loaded');`,
  });
  const { code, stdout, stderr } = await project.swarmcheck(['run', '--bail']);
  expect(passed(stdout)).toEqual(['first', 'second']);
  expect(stdout).toMatch(/\n2 scenarios: 1 passed, 1 failed, the rest was not played \(--bail\)\n$/);
  expect([code, stderr]).toEqual([1, '']);
});

test('--bail stops at a file that cannot be loaded', async () => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': `throw new Error('on purpose');`,
    'scenarios/b.scenario.ts': scenarioSource('second'),
  });
  const { code, stdout } = await project.swarmcheck(['run', '--bail', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ bailed: true, passed: 0, scenarios: [], errors: [{ line: 1 }] });
  expect(code).toBe(2);
});

test('--bail without a failure runs everything', async () => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('first'),
    'scenarios/b.scenario.ts': scenarioSource('second'),
  });
  const { code, stdout } = await project.swarmcheck(['run', '--bail', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ passed: 2 });
  expect(JSON.parse(stdout)).not.toHaveProperty('bailed');
  expect(code).toBe(0);
});

test('two scenarios with the same name are an error, and the second is not played', async ({ expect }) => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('a refund'),
    'scenarios/b.scenario.ts': scenarioSource('a refund'),
  });
  const { code, stderr, stdout } = await project.swarmcheck(['run']);
  expect(stderr).toMatchInlineSnapshot(`
    "✗ scenarios/b.scenario.ts: Two scenarios are named "a refund": one in this file, one in scenarios/a.scenario.ts. This one is not played, because reports and --filter tell scenarios apart by name. Rename one.
    "
  `);
  expect(stdout).toMatch(/^✓ a refund {2}.*\n\n1 scenario: 1 passed, 1 error\n$/);
  expect(code).toBe(2);
});

test('two scenarios with the same name in one file are an error that says so', async () => {
  const source = scenarioSource('a refund');
  const twin = source
    .slice(source.indexOf('export default'))
    .replace('export default', 'export const twin =');
  await using project = await Project.of({ 'scenarios/a.scenario.ts': `${source}${twin}` });
  const { code, stderr } = await project.swarmcheck(['run']);
  expect(stderr).toMatch('✗ scenarios/a.scenario.ts: Two scenarios are named "a refund": both in this file.');
  expect(code).toBe(2);
});

test('a scenario that two files export is played once', async () => {
  await using project = await Project.of({
    'scenarios/a.scenario.ts': scenarioSource('once'),
    'scenarios/b.scenario.ts': `export { default } from './a.scenario.ts';`,
  });
  const { code, stdout } = await project.swarmcheck(['run']);
  expect(passed(stdout)).toEqual(['once']);
  expect(code).toBe(0);
});
