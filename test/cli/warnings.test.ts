import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const repeating = scenarioSource('repeats', {
  expectations: "{ toolCalls: ['look_up'], stopReason: 'completed' }",
});

test('a scenario that expects only what its script says passes with a warning', async ({ expect }) => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  expect(await project.swarmcheck(['run', 'a.scenario.ts'])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "✓ repeats  Desk: look_up() ⇒ found, says “hello” (completed, 2 turns)
      a.scenario.ts
        Warning: This test expects only what its script already determines, so it passes whenever the script fits, whatever the agents do. Also expect what the calls cause: agents, contextVariables, or a check.

    1 scenario: 1 passed
    ",
    }
  `);
});

test('in JSON, the warning is part of its scenario', async () => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--json']);
  const [scenario] = (JSON.parse(stdout) as { scenarios: { warning?: string }[] }).scenarios;
  expect(scenario?.warning).toMatch(/^This test expects only what its script already determines/);
});

test.for([
  [['--no-warnings'], {}],
  [[], { SWARMCHECK_WARNINGS: 'off' }],
] as const)('the flags %j with the environment %j turn the warning off', async ([flags, environment]) => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', ...flags], environment);
  expect(stdout).not.toContain('Warning');
  expect(code).toBe(0);
});

test('a mistyped value of SWARMCHECK_WARNINGS is a usage error', async () => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { code, stderr } = await project.swarmcheck(['run'], { SWARMCHECK_WARNINGS: 'of' });
  expect(stderr).toContain('SWARMCHECK_WARNINGS must be "on" or "off", but is "of".');
  expect(code).toBe(2);
});

test.for([
  ['without tool calls', "{ finalMessage: 'hello' }"],
  ['with agents', "{ toolCalls: ['look_up'], agents: ['Desk'] }"],
  ['with context variables', "{ toolCalls: ['look_up'], contextVariables: {} }"],
])('expectations %s give no warning', async ([, expectations]) => {
  await using project = await Project.of({
    'a.scenario.ts': scenarioSource('a', { expectations: expectations! }),
  });
  expect((await project.swarmcheck(['run', 'a.scenario.ts'])).stdout).not.toContain('Warning');
});
