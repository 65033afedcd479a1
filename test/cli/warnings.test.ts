import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const repeating = scenarioSource('repeats', {
  expectations: "{ toolCalls: ['look_up'], stopReason: 'completed' }",
});

test('a scenario that expects only what its script says is pointed out, and passes', async ({ expect }) => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  expect(await project.swarmcheck(['run', 'a.scenario.ts'])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "✓ repeats  Desk: look_up() ⇒ found, says “hello” (completed, 2 turns)
      a.scenario.ts
        Warning: This expects only what its script says, which is so whenever the script fits, whatever the agents do. Expect what the calls cause, too: agents, contextVariables, or a check.

    1 scenario: 1 passed
    ",
    }
  `);
});

test('as JSON the warning stands with its scenario', async () => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--json']);
  const [scenario] = (JSON.parse(stdout) as { scenarios: { warning?: string }[] }).scenarios;
  expect(scenario?.warning).toMatch(/^This expects only what its script says/);
});

test.for([
  [['--no-warnings'], {}],
  [[], { SWARMCHECK_WARNINGS: 'off' }],
] as const)('%j %j silences it', async ([flags, environment]) => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', ...flags], environment);
  expect(stdout).not.toContain('Warning');
  expect(code).toBe(0);
});

test('a mistyped switch is wrong use', async () => {
  await using project = await Project.of({ 'a.scenario.ts': repeating });
  const { code, stderr } = await project.swarmcheck(['run'], { SWARMCHECK_WARNINGS: 'of' });
  expect(stderr).toContain('SWARMCHECK_WARNINGS is "on" or "off", but is "of".');
  expect(code).toBe(2);
});

test.for([
  ['no calls', "{ finalMessage: 'hello' }"],
  ['an agent', "{ toolCalls: ['look_up'], agents: ['Desk'] }"],
  ['the context', "{ toolCalls: ['look_up'], contextVariables: {} }"],
])('it is silent with %s', async ([, expectations]) => {
  await using project = await Project.of({
    'a.scenario.ts': scenarioSource('a', { expectations: expectations! }),
  });
  expect((await project.swarmcheck(['run', 'a.scenario.ts'])).stdout).not.toContain('Warning');
});
