import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandIn } from '../test/support/printed-command.ts';

interface Report {
  testResults: {
    assertionResults: { title: string; fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/**
 * Plays the command that each test of names.case.ts prints, in a shell, with the vitest and the Node of a project.
 * Throws if a command does not run exactly its test: vitest itself also succeeds if a pattern selects nothing.
 */
export function checkPrintedCommands(project: string, node: string): number {
  const folder = join(project, 'printed-commands');
  mkdirSync(folder, { recursive: true });
  cpSync('test/package/newest/names.case.ts', join(folder, 'a.case.ts'));
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    "export default { test: { include: ['*.case.ts'], reporters: [['json', { outputFile: 'report.json' }]] } };\n",
  );
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  const play = (command: string) => {
    const script = `npx() { shift; '${node}' '${vitest}' "$@"; }\n${command}`;
    const env = { ...process.env, NODE_OPTIONS: '', CI: 'true', OPENAI_API_KEY: '' };
    spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
    const { testResults } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  };
  // Nothing is recorded in CI, so each test fails with its command.
  const failed = play('npx vitest run');
  for (const { fullName, failureMessages } of failed) {
    const command = commandIn(failureMessages[0] ?? '');
    const passed = play(command).filter(({ status }) => status === 'passed');
    if (passed.length === 1 && passed[0]?.fullName === fullName) continue;
    const names = passed.map((one) => JSON.stringify(one.fullName)).join(', ') || 'no test';
    throw new Error(`The command of the test ${JSON.stringify(fullName)} runs ${names}: ${command}`);
  }
  if (failed.length === 0) throw new Error('names.case.ts has no tests.');
  return failed.length;
}
