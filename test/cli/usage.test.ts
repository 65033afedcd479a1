import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { Project, stackTrace } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

async function swarmcheck(...args: string[]) {
  await using project = await Project.of({});
  const result = await project.swarmcheck(args);
  expect(`${result.stdout}${result.stderr}`).not.toMatch(stackTrace);
  return result;
}

test('--version prints the version of the package', async () => {
  await using project = await Project.of({});
  expect(await project.spawnSwarmcheck(['--version'])).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test('--help lists the commands on stdout', async () => {
  const { code, stdout, stderr } = await swarmcheck('--help');
  expect(stdout).toMatch(/Usage: swarmcheck/);
  expect(stdout).toMatch(/^ +run .*Run scenarios/m);
  expect([code, stderr]).toEqual([0, '']);
});

test('run --help shows the default, the options and the exit codes', async () => {
  const { code, stdout } = await swarmcheck('run', '--help');
  expect(stdout).toMatch(/default:\s.*scenarios/);
  expect(stdout).toMatch('--json');
  expect(stdout).toMatch('Exit codes: 0 all passed, 1 some failed, 2 usage error');
  expect(code).toBe(0);
});

test('without a command, it prints the help to stderr, with code 2', async () => {
  const { code, stdout, stderr } = await swarmcheck();
  expect(stderr).toMatch(/Usage: swarmcheck/);
  expect([code, stdout]).toEqual([2, '']);
});

test('an unknown command gives code 2, and says where to find help', async () => {
  const { code, stdout, stderr } = await swarmcheck('rn');
  expect(stderr).toMatch("unknown command 'rn'");
  expect(stderr).toMatch('--help');
  expect([code, stdout]).toEqual([2, '']);
});

test('an unknown option gives code 2, and says where to find help', async () => {
  const { code, stderr } = await swarmcheck('--verbose');
  expect(stderr).toMatch("unknown option '--verbose'");
  expect(stderr).toMatch('--help');
  expect(code).toBe(2);
});

test('an unknown option of a command gives code 2, and says where to find help', async () => {
  const { code, stderr } = await swarmcheck('run', '--verbose');
  expect(stderr).toMatch("unknown option '--verbose'");
  expect(stderr).toMatch('--help');
  expect(code).toBe(2);
});

test('for a mistyped option, the nearest one is suggested', async () => {
  expect((await swarmcheck('run', '--jsn')).stderr).toMatch('Did you mean --json?');
});
