/** These tests run one after the other: all mockings of a process share their handlers and hosts. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { http, HttpResponse } from 'msw';
import { startMocking } from 'swarmcheck/msw';
import { expect, test } from 'vitest';
import { factsOfMistake } from '../support/facts-of.ts';

const orders = 'https://shop.invalid/orders';

test.sequential('handlers answer until they are closed', async () => {
  const mocking = startMocking({ handlers: [http.get(orders, () => HttpResponse.json(['A-17']))] });
  expect(await (await fetch(orders)).json()).toEqual(['A-17']);
  mocking.close();
  const other = startMocking();
  await expect(fetch(orders)).rejects.toThrow('fetch failed');
  expect(() => other.close()).toThrow(`GET ${orders} was blocked`);
});

test.sequential('closing a mocking removes its handlers, and leaves the handlers of another', async () => {
  const first = startMocking({ handlers: [http.get(orders, () => HttpResponse.text('first'))] });
  const second = startMocking({ handlers: [http.get(orders, () => HttpResponse.text('second'))] });
  expect(await (await fetch(orders)).text()).toBe('first');
  first.close();
  expect(await (await fetch(orders)).text()).toBe('second');
  second.close();
});

test.sequential('hosts are allowed until their mocking is closed', async () => {
  startMocking({ allow: ['shop.invalid'] }).close();
  const mocking = startMocking();
  await fetch(orders).catch(() => {});
  expect(() => mocking.close()).toThrow(`GET ${orders} was blocked`);
});

test.sequential('close throws all blocked requests, and only once', async () => {
  const mocking = startMocking();
  await fetch(orders).catch(() => {});
  await fetch('https://shop.invalid/prices').catch(() => {});
  expect(() => mocking.close()).toThrow(
    /GET https:\/\/shop\.invalid\/orders was blocked[^]*GET https:\/\/shop\.invalid\/prices was blocked/,
  );
  expect(() => mocking.close()).not.toThrow();
});

test.sequential('a handler that breaks the connection gives an error of fetch', async () => {
  const mocking = startMocking({ handlers: [http.get(orders, () => HttpResponse.error())] });
  await expect(fetch(orders)).rejects.toThrow(TypeError);
  mocking.close();
});

test.sequential('an address that is not HTTP is left alone', async () => {
  expect(await (await fetch('data:text/plain,here')).text()).toBe('here');
});

test.sequential.for(['', 'https://', 'a b', 7 as unknown as string])(
  'allow refuses %j, which is not a host',
  async (host) => {
    const error = await factsOfMistake(() => startMocking({ allow: [host] }));
    expect(error).toEqual({ error: 'UsageError', field: 'allow', given: JSON.stringify(host) });
  },
);

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a script in a new process, and returns its output. */
async function printedBy(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmcheck-script-'));
  try {
    const file = join(folder, 'script.mts');
    await writeFile(file, source);
    return await new Promise((resolve) => {
      const args = ['--import', 'tsx', file];
      const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
      execFile(process.execPath, args, { cwd: root, env }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.sequential('a script without Vitest can call startMocking itself', async () => {
  const entry = (name: string) => JSON.stringify(join(root, 'src', name));
  const printed = await printedBy(`
import OpenAI from ${JSON.stringify(join(root, 'node_modules/openai/index.mjs'))};
import { mockModel, startMocking } from ${entry('msw.ts')};
import { modelFails, say } from ${entry('testing.ts')};

const { fetch: native } = globalThis;
const { connect } = (await import('node:net')).Socket.prototype;
const mocking = startMocking();
{
  using mock = mockModel([modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('Hi.')]);
  const client = new OpenAI({ apiKey: 'none' });
  const { choices } = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] });
  console.log(choices[0]?.message.content, mock.requests.length);
}
await fetch('https://shop.invalid/').catch(() => {});
try {
  mocking.close();
} catch (error) {
  console.log(error.message);
}
console.log(globalThis.fetch === native, (await import('node:net')).Socket.prototype.connect === connect);
`);
  expect(printed.split('\n')).toEqual([
    'Hi. 2',
    expect.stringMatching(/^A request to GET https:\/\/shop\.invalid\/ was blocked/),
    'true true',
    '',
  ]);
});
