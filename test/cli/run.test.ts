import { expect, test, vi } from 'vitest';
import { Project, scenarioSource, stackTrace } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const passing = scenarioSource('looks it up');
const failing = scenarioSource('says goodbye', { expectations: "{ finalMessage: 'goodbye' }" });

test('a scenario that passes prints one line, with code 0', async ({ expect }) => {
  await using project = await Project.of({ 'desk.scenario.ts': passing });
  expect(await project.swarmcheck(['run', 'desk.scenario.ts'])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "✓ looks it up  Desk: look_up() ⇒ found, says “hello” (completed, 2 turns)

    1 scenario: 1 passed
    ",
    }
  `);
});

test('a scenario that fails prints its failed expectation, with code 1', async ({ expect }) => {
  await using project = await Project.of({ 'desk.scenario.ts': failing });
  expect(await project.swarmcheck(['run', 'desk.scenario.ts'])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "",
      "stdout": "✗ says goodbye  Desk: look_up() ⇒ found, says “hello” (completed, 2 turns)
      desk.scenario.ts
        Expected the final message to contain "goodbye", but it is "hello".
        What happened:
            turn 1  Desk: look_up() → found
          ❯ turn 2  Desk: says "hello"
            ended: completed


    1 scenario: 0 passed, 1 failed
    ",
    }
  `);
});

test('without arguments, the scenarios below "scenarios" run, sorted by file', async () => {
  await using project = await Project.of({
    'scenarios/z.scenario.ts': scenarioSource('third'),
    'scenarios/a/deep/b.scenario.ts': scenarioSource('first'),
    'scenarios/b.scenario.ts': scenarioSource('second'),
    'scenarios/helper.ts': 'throw new Error("not a scenario")',
    'elsewhere/c.scenario.ts': scenarioSource('elsewhere'),
  });
  const { code, stdout } = await project.swarmcheck(['run']);
  expect(stdout.match(/(?<=✓ )\w+/g)).toEqual(['first', 'second', 'third']);
  expect(code).toBe(0);
});

test('without arguments and without scenarios, it says so, with code 2', async () => {
  await using project = await Project.of({});
  const { code, stderr } = await project.swarmcheck(['run']);
  expect(stderr).toMatch(/^✗ scenarios.*: /);
  expect(code).toBe(2);
});

test('a folder means all scenarios below it, a glob means its matches, and each file runs once', async () => {
  await using project = await Project.of({
    'a/one.scenario.ts': scenarioSource('one'),
    'a/b/two.scenario.ts': scenarioSource('two'),
    'c/three.scenario.ts': scenarioSource('three'),
    'c/four.ts': scenarioSource('four'),
  });
  const { code, stdout } = await project.swarmcheck(['run', 'a', 'a/one.scenario.ts', './a/*.ts', 'c/*.ts']);
  expect(stdout.match(/(?<=✓ )\w+/g)).toEqual(['two', 'one', 'four', 'three']);
  expect(code).toBe(0);
});

test('every exported scenario runs, under its name or the name of its export', async () => {
  const steps = "[{ user: 'hi' }, { say: 'hello' }]";
  const source = `import { Agent } from 'swarmcheck';
export const unnamed = { agent: new Agent(), steps: ${steps} };
export const other = { name: 'has a name', agent: () => new Agent(), steps: ${steps} };
export const agent = new Agent();
export const settings = { retries: 5 };
export default { name: 'the default', agent, steps: ${steps} };
`;
  await using project = await Project.of({ 'several.scenario.ts': source });
  const { stdout } = await project.swarmcheck(['run', 'several.scenario.ts']);
  expect(stdout.match(/(?<=✓ ).+(?= {2})/g)?.toSorted()).toEqual(['has a name', 'the default', 'unnamed']);
});

test('a scenario that is exported twice runs once', async () => {
  await using project = await Project.of({
    'twice.scenario.ts': `${passing}\nexport { default as lookUp } from './twice.scenario.ts';`,
  });
  const { stdout } = await project.swarmcheck(['run', 'twice.scenario.ts']);
  expect(stdout.match(/✓/g)).toHaveLength(1);
});

test.for(['desk.scenario.mts', 'desk.scenario.js', 'desk.scenario.mjs'])(
  '%s is a module that can export scenarios',
  async (file) => {
    await using project = await Project.of({ [file]: passing });
    expect(await project.swarmcheck(['run', file])).toMatchObject({ code: 0, stderr: '' });
  },
);

test('a compiled file beside its source is not run', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('source'),
    'desk.scenario.js': scenarioSource('compiled'),
  });
  const { stdout } = await project.swarmcheck(['run', '.']);
  expect(stdout.match(/✓ source/g)).toHaveLength(1);
});

test('a file can import zod and other files of the project', async () => {
  const top = "import { z } from 'zod';\nimport { name } from './name.ts';\nz.string().parse(name);";
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('with imports', { top }),
    'name.ts': "export const name: string = 'Ann';",
  });
  expect(await project.swarmcheck(['run', 'desk.scenario.ts'])).toMatchObject({ code: 0, stderr: '' });
});

test('output of user code is printed before the result of its scenario', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('prints', { execute: "void console.log('looking it up')" }),
  });
  const { stdout } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stdout).toMatch(/^looking it up\n✓ prints/);
});

test('two runs print the same bytes', async () => {
  await using project = await Project.of({
    'a.scenario.ts': passing,
    'b.scenario.ts': failing,
    'c.scenario.ts': 'export const x = (;',
  });
  const args = ['run', 'a.scenario.ts', 'b.scenario.ts', 'c.scenario.ts'];
  expect(await project.swarmcheck(args)).toEqual(await project.swarmcheck(args));
});

test.for([{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }])(
  'without a terminal, the output has no escape codes: %j',
  async (env) => {
    await using project = await Project.of({
      'a.scenario.ts': passing,
      'b.scenario.ts': failing,
      'c.scenario.ts': 'export const x = (;',
    });
    const { stdout, stderr } = await project.swarmcheck(
      ['run', 'a.scenario.ts', 'b.scenario.ts', 'c.scenario.ts'],
      env,
    );
    expect(`${stdout}${stderr}`).not.toMatch('\u001B');
  },
);

test('control characters in names and results are escaped', async () => {
  const source = scenarioSource('clears \u001B[2J the screen', {
    execute: "'\\u001B[31mred'",
    expectations: "{ agents: ['\\u0007'] }",
  });
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { stdout } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stdout).toMatch('✗ clears \\x1b[2J the screen  Desk: look_up() ⇒ \\x1b[31mred');
});

test('a check that fails is reported with its place', async () => {
  const source = passing.replace(
    'expect: {},',
    "check: () => {\n    throw new Error('Two refunds were issued.');\n  },",
  );
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { code, stdout } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stdout).toMatch('The check failed: Two refunds were issued.');
  expect(stdout).toMatch('desk.scenario.ts:11');
  expect(stdout).not.toMatch(stackTrace);
  expect(code).toBe(1);
});

test('a scenario whose tool never settles fails at its time limit', async () => {
  const source = scenarioSource('hangs', { execute: 'new Promise(() => {})' }).replace(
    'expect: {},',
    'timeoutMs: 500,',
  );
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { code, stdout } = await project.swarmcheck(['run', 'desk.scenario.ts']);
  expect(stdout).toMatch('waiting for the tool "look_up"');
  expect(code).toBe(1);
});

test('a timer that a module leaves running does not keep the command from ending', async () => {
  await using project = await Project.of({
    'desk.scenario.ts': scenarioSource('leaves a timer', { top: 'setInterval(() => {}, 1000);' }),
  });
  expect(await project.spawnSwarmcheck(['run', 'desk.scenario.ts'])).toMatchObject({ code: 0 });
});
