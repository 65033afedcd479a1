/** `swarmcheck replay --tools`, where tools cannot run or return other results than the recorded ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { replayed, repositoryCopy } from './recorded-project.ts';
import type { Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
beforeAll(async () => {
  project = await repositoryCopy();
  const change = async (name: string, from: string, to: string) => {
    const source = await readFile(join(project.folder, name), 'utf8');
    expect(source).toContain(from);
    await project.write({ [name]: source.replace(from, to) });
  };
  await change(
    'scenarios/recorded/refund.scenario.ts',
    'execute({ orderId, amount }) {',
    "execute({ orderId, amount }) {\n        console.error('issued');",
  );
  await change(
    'scenarios/recorded/library-desk.scenario.ts',
    "contextVariables['lent'] = [...contextVariables['lent'], title];",
    "throw new Error('the database is down');",
  );
});
afterAll(async () => await project[Symbol.asyncDispose]());

const cassettes = ['refund', 'library-desk'].map((name) => `fixtures/cassettes/${name}.json`);

test('"run", the default, runs each tool and compares its result with the recording', async () => {
  const { code, stderr, document } = await replayed(project, cassettes);
  const [desk, refund] = document.cassettes;
  expect(refund).toMatchObject({ status: 'exact' });
  expect(desk).toMatchObject({
    status: 'drifted',
    drift: [
      {
        part: 'history',
        diff: expect.stringContaining('+tool: Error: Tool lend_book failed: the database is down'),
      },
    ],
  });
  expect([code, stderr.match(/issued/g)]).toEqual([1, ['issued']]);
});

test('"replay" runs no tool, so every cassette is exact', async () => {
  const { code, stderr, document } = await replayed(project, [...cassettes, '--tools', 'replay']);
  expect(document.cassettes.map(({ status, interactions }) => [status, interactions])).toEqual([
    ['exact', { served: 4, exact: 4, drifted: 0, unused: 0 }],
    ['exact', { served: 3, exact: 3, drifted: 0, unused: 0 }],
  ]);
  expect([code, stderr]).toEqual([0, '']);
});

test('"verify" runs the tools, reports results that differ, and continues with the recorded ones', async () => {
  const { code, stderr, document } = await replayed(project, ['--tools', 'verify', ...cassettes]);
  const [desk, refund] = document.cassettes;
  expect(refund).toMatchObject({ status: 'exact', drift: [] });
  expect(desk?.interactions.served).toBe(4);
  expect(desk?.drift).toEqual([
    {
      part: 'history',
      name: 'lend_book',
      at: expect.any(Number),
      diff: '-Emma is lent\n+Error: Tool lend_book failed: the database is down',
    },
  ]);
  expect([code, stderr.match(/issued/g)]).toEqual([1, ['issued']]);
});

test.for(['replay', 'verify'])(
  'an app that runs its tools itself is not checked, and the report says so: %s',
  async (mode) => {
    const { code, document } = await replayed(project, [
      'fixtures/cassettes/side-by-side.json',
      '--tools',
      mode,
    ]);
    expect(document.cassettes).toMatchObject([
      {
        status: 'not-checked',
        problems: [
          `Its agent is an externalAgent, whose app runs the tools itself, so --tools ${mode} does not apply.`,
        ],
      },
    ]);
    expect(code).toBe(0);
  },
);
