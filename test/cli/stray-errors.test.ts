import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

/** Runs a file whose tool executes this source, and a second file that passes. */
async function runWith(execute: string, run: 'swarmcheck' | 'spawnSwarmcheck' = 'swarmcheck') {
  await using project = await Project.of({
    'a.scenario.ts': scenarioSource('floats', { execute }),
    'b.scenario.ts': scenarioSource('is fine'),
  });
  return await project[run](['run', 'a.scenario.ts', 'b.scenario.ts']);
}

test('a rejected promise that a tool did not await fails its scenario', async () => {
  const { code, stdout, stderr } = await runWith(
    "{ void Promise.reject(new Error('No database')); return 'found'; }",
  );
  expect(stdout).toMatch(
    /✗ floats.*\n {2}a\.scenario\.ts\n {4}An error was thrown and not caught while this was played: No database\. Is an "await" missing\?\n {4}Thrown at a\.scenario\.ts:4/,
  );
  expect(stdout).toMatch('✓ is fine');
  expect(stdout).toMatch('2 scenarios: 1 passed, 1 failed');
  expect(stderr).toBe('');
  expect(code).toBe(1);
});

test('an error thrown in a callback of a tool fails its scenario', async () => {
  const { code, stdout, stderr } = await runWith(
    "{ queueMicrotask(() => { throw new Error('No database'); }); return 'found'; }",
  );
  expect(stdout).toMatch('An error was thrown and not caught while this was played: No database');
  expect(stderr).toBe('');
  expect(code).toBe(1);
});

test('the command does not wait for an error that a tool would cause long after its end', async () => {
  const { code, stderr } = await runWith(
    "{ setTimeout(() => void Promise.reject(new Error('No database')), 5000); return 'found'; }",
    'spawnSwarmcheck',
  );
  expect([code, stderr]).toEqual([0, '']);
});

test('a promise that is rejected while another file loads is not blamed on that file', async () => {
  await using project = await Project.of({
    'a.scenario.ts': scenarioSource('floats', {
      execute: "{ globalThis.later = () => void Promise.reject(new Error('No database')); return 'found'; }",
    }),
    'b.scenario.ts': scenarioSource('is fine', {
      top: "globalThis.later(); await new Promise((resolve) => process.once('unhandledRejection', resolve));",
    }),
  });
  const { code, stdout, stderr } = await project.swarmcheck(['run', 'a.scenario.ts', 'b.scenario.ts']);
  expect(`${stdout}${stderr}`).toMatch('No database');
  expect(stderr).not.toMatch(/^✗ b\.scenario\.ts/);
  expect(code).not.toBe(0);
});

test('a thrown value that is not an Error is reported readably', async () => {
  const { stdout } = await runWith("{ void Promise.reject({ code: 7 }); return 'found'; }");
  expect(stdout).toMatch('not caught while this was played:');
  expect(stdout).not.toMatch('[object Object]');
});

test('a message that ends with a full stop gets no second one', async () => {
  const { stdout } = await runWith(
    "{ void Promise.reject(new Error('There is no database.')); return 'found'; }",
  );
  expect(stdout).toMatch('There is no database. Is an "await" missing?');
});
