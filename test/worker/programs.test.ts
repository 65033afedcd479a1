/** Whole programs, each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

function play(program: URL, ...options: string[]) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, '--import', tsx, fileURLToPath(program)],
    // Without the options that vitest gives its own processes. One that does not end by itself is ended.
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, timeout: 25_000 },
  );
  return { status, signal, stdout, stderr };
}

test('threads do not keep a program from ending', () => {
  expect(play(new URL('./programs/one-call.ts', import.meta.url))).toEqual({
    status: 0,
    signal: null,
    stdout: '36',
    stderr: '',
  });
});

test('a thread that runs out of memory is told to the model, and the program goes on', () => {
  const { status, stdout } = play(
    new URL('./programs/out-of-memory.ts', import.meta.url),
    '--max-old-space-size=100',
  );
  expect(stdout).toBe(
    'Error: Tool fill_memory failed: Its worker thread ran out of memory, and was ended.\n36',
  );
  expect(status).toBe(0);
});
