import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

interface RunDocument {
  version: number;
  passed: number;
  failed: number;
  errors: { file: string; line?: number; message: string }[];
  scenarios: {
    name: string;
    passed: boolean;
    failures: { message: string; step?: number }[];
    durationMs: number;
    hash: string;
  }[];
}

const read = (stdout: string) => JSON.parse(stdout) as RunDocument;

test('the document of a passing run has exactly this shape', async () => {
  await using project = await Project.of({ 'desk.scenario.ts': scenarioSource('looks it up') });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts', '--json']);
  expect(read(stdout)).toStrictEqual({
    version: 1,
    passed: 1,
    failed: 0,
    errors: [],
    scenarios: [
      {
        name: 'looks it up',
        file: 'desk.scenario.ts',
        passed: true,
        failures: [],
        agents: ['Desk'],
        toolCalls: [
          {
            run: 1,
            turn: 1,
            agent: 'Desk',
            tool: 'look_up',
            toolCallId: 'call_1',
            args: {},
            content: 'found',
          },
        ],
        outcome: 'completed',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        durationMs: expect.any(Number),
      },
    ],
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

test('a failure has its message, and the step that was due if there is one', async () => {
  const source = scenarioSource('too much', { expectations: "{ stopReason: 'max_turns' }" }).replace(
    "say('hello')]",
    "say('hello'), say('more')]",
  );
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { code, stdout } = await project.swarmcheck(['run', '--json', 'desk.scenario.ts']);
  const { passed, failed, scenarios } = read(stdout);
  expect([passed, failed, code]).toEqual([0, 1, 1]);
  expect(scenarios[0]?.failures).toStrictEqual([
    { message: expect.stringMatching(/^Run 1 ended \(completed\) before step 4/), step: 4 },
    { message: 'Expected the run to end with max_turns, but it ended with completed.' },
  ]);
});

test('a file that cannot be loaded is an error, with its line if it is known', async () => {
  await using project = await Project.of({
    'a.scenario.ts': '\nexport const x = ;',
    'b.scenario.ts': 'export const x = 1;',
    'c.scenario.ts': scenarioSource('runs'),
  });
  const { code, stdout } = await project.swarmcheck([
    'run',
    '--json',
    'a.scenario.ts',
    'b.scenario.ts',
    'c.scenario.ts',
    'd.scenario.ts',
  ]);
  const { errors, passed } = read(stdout);
  expect(errors).toStrictEqual([
    { file: 'd.scenario.ts', message: 'The file does not exist.' },
    { file: 'a.scenario.ts', line: 2, message: 'It has a syntax error: Unexpected ";"' },
    { file: 'b.scenario.ts', message: expect.stringMatching(/^No export of this file is a scenario\./) },
  ]);
  expect([passed, code]).toEqual([1, 2]);
});

test('a glob that matches nothing gives a document as well', async () => {
  await using project = await Project.of({});
  const { code, stdout } = await project.swarmcheck(['run', '--json']);
  expect(read(stdout)).toMatchObject({
    version: 1,
    passed: 0,
    failed: 0,
    scenarios: [],
    errors: [{ file: expect.stringMatching(/^scenarios/) }],
  });
  expect(code).toBe(2);
});

test('output of user code goes to stderr', async () => {
  const source = scenarioSource('prints', {
    top: "console.log('module'); process.stdout.write('written\\n');",
    execute: "{ console.info('tool'); console.error('aside'); return 'found'; }",
  });
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { stdout, stderr } = await project.swarmcheck(['run', 'desk.scenario.ts', '--json']);
  expect(read(stdout).passed).toBe(1);
  expect(stderr).toBe('module\nwritten\ntool\naside\n');
});

test('a large document is written completely to a pipe', async () => {
  const source = scenarioSource('answers at length', { execute: "'x'.repeat(5_000_000)" });
  await using project = await Project.of({ 'desk.scenario.ts': source });
  const { stdout } = await project.spawnSwarmcheck(['run', 'desk.scenario.ts', '--json']);
  expect(stdout.length).toBeGreaterThan(5_000_000);
  expect(read(stdout).passed).toBe(1);
});

test('two documents differ only in their durations', async () => {
  await using project = await Project.of({ 'desk.scenario.ts': scenarioSource('looks it up') });
  const timeless = async () => {
    const document = read((await project.swarmcheck(['run', 'desk.scenario.ts', '--json'])).stdout);
    return { ...document, scenarios: document.scenarios.map(({ durationMs: _durationMs, ...rest }) => rest) };
  };
  expect(await timeless()).toStrictEqual(await timeless());
});
