/** Mistakes on the command line. Each title names a mistake; the test shows its error. */
import { test, vi } from 'vitest';
import { Project } from '../cli/swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The stderr of a command in a project with one scenario. */
async function told(...args: string[]): Promise<string> {
  await using project = await Project.of({
    'scenarios/refunds.scenario.ts': `import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

export default defineScenario({ name: 'a greeting', agent: new Agent(), steps: [user('hi'), say('hello')] });
`,
  });
  const { stderr } = await project.swarmcheck(args);
  return stderr.trimEnd();
}

test('a filter that matches no scenario', async ({ expect }) => {
  expect(await told('run', '--filter', 'refund')).toMatchInlineSnapshot(
    `"✗ --filter "refund": No scenario name contains this text. The names are: "a greeting"."`,
  );
});

test('a misspelt option', async ({ expect }) => {
  expect(await told('run', '--bial')).toMatchInlineSnapshot(`
    "error: unknown option '--bial'
    (Did you mean --bail?)
    (run "swarmcheck run --help" for usage)"
  `);
});

test('an unknown option', async ({ expect }) => {
  expect(await told('run', '--verbose')).toMatchInlineSnapshot(`
    "error: unknown option '--verbose'
    (run "swarmcheck run --help" for usage)"
  `);
});

test('options that exclude each other', async ({ expect }) => {
  expect(await told('run', '--stream', '--all-modes')).toMatchInlineSnapshot(`
    "error: option '--all-modes' cannot be used with option '--stream'
    (run "swarmcheck run --help" for usage)"
  `);
});

test('a misspelt command', async ({ expect }) => {
  expect(await told('rnu', 'scenarios')).toMatchInlineSnapshot(`
    "error: unknown command 'rnu'
    (Did you mean run?)
    (run "swarmcheck --help" for usage)"
  `);
});

test('a file in place of a command', async ({ expect }) => {
  expect(await told('refunds.scenario.ts', '--stream')).toMatchInlineSnapshot(`
    "error: unknown command 'refunds.scenario.ts'
    (Did you mean: swarmcheck run refunds.scenario.ts --stream?)
    (run "swarmcheck --help" for usage)"
  `);
});

test('a folder in place of a command', async ({ expect }) => {
  expect(await told('scenarios')).toMatchInlineSnapshot(`
    "error: unknown command 'scenarios'
    (Did you mean: swarmcheck run scenarios?)
    (run "swarmcheck --help" for usage)"
  `);
});

test('a project without scenarios', async ({ expect }) => {
  await using project = await Project.of({ 'refunds.ts': '' });
  const { stderr, stdout } = await project.swarmcheck(['run']);
  expect(`${stderr}${stdout}`.trimEnd()).toMatchInlineSnapshot(`
    "✗ scenarios/**/*.scenario.ts: No scenario was found. Write one, or name files: swarmcheck run <file>.

    0 scenarios: 0 passed, 1 error"
  `);
});
