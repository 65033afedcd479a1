/** Complete programs, each in its own process. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

function play(program: URL, ...options: string[]) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, '--import', tsx, fileURLToPath(program)],
    // Without the NODE_OPTIONS of vitest. A program that does not end by itself is killed.
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, timeout: 100_000 },
  );
  return { status, signal, stdout, stderr };
}

test('threads do not keep a program running', () => {
  expect(play(new URL('./programs/one-call.ts', import.meta.url))).toEqual({
    status: 0,
    signal: null,
    stdout: '36',
    stderr: '',
  });
});

test('the error for the model says that the thread ran out of memory, and the program continues', () => {
  const { status, stdout } = play(
    new URL('./programs/out-of-memory.ts', import.meta.url),
    '--max-old-space-size=100',
  );
  expect(stdout).toBe(
    'Error: Tool fill_memory failed: Its worker thread ran out of memory and was ended.\n36',
  );
  expect(status).toBe(0);
});
