/**
 * `swarmcheck replay` with the cassettes of this repository: unchanged, after edits of an agent, and chosen by path.
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { command, replayed, repositoryCopy } from './recorded-project.ts';
import { stackTrace, type Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
beforeAll(async () => {
  project = await repositoryCopy();
});
afterAll(async () => await project[Symbol.asyncDispose]());

const apps = ['airline', 'basic', 'personal-shopper', 'support-bot', 'triage', 'weather'];
const recorded = [
  'busy-model',
  ...apps.map((app) => `examples/${app}`),
  'library-desk',
  'openai-agents-app',
  'refund',
  'side-by-side',
];

test('every cassette that a scenario of this repository recorded is exact without a key, and the code is 0', async () => {
  const { code, stdout, stderr } = await command(project, ['replay']);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.startsWith('✓')).map((line) => line.split('  ')[0])).toEqual(
    recorded.map((name) => `✓ fixtures/cassettes/${name}.json`),
  );
  expect(lines).toContain('✓ fixtures/cassettes/refund.json  exact, 3 interactions');
  expect(stdout).toMatch(
    /\n\n22 cassettes: 11 exact, 11 not checked \(interactions: 77 served, 77 exact, 0 drifted, 0 unused\)\n$/,
  );
  expect([code, stderr]).toEqual([0, '']);
});

test('a cassette that a test recorded is not checked, and the command of that test is printed', async () => {
  const path =
    'fixtures/cassettes/scenarios/recorded/own-client/a-bare-client-is-answered-from-a-cassette.json';
  const { code, stdout } = await command(project, ['replay', path]);
  expect(stdout).toBe(
    `- ${path}  not checked. A test recorded it. To check it, run the test: ` +
      "npx vitest run scenarios/recorded/own-client.test.ts -t '^a bare client is answered from a cassette$'\n" +
      '\n1 cassette: 0 exact, 1 not checked (interactions: 0 served, 0 exact, 0 drifted, 0 unused)\n',
  );
  expect(code).toBe(0);
});

test('files, folders and patterns can be mixed, and each cassette is replayed once, in order', async () => {
  const hostile = ["it's $(odd) `name`; [x]*.json", '-v.json', 'ünïcödé 日本 .json'];
  for (const name of hostile)
    await cp(
      join(project.folder, 'fixtures/cassettes/refund.json'),
      join(project.folder, 'fixtures/odd', name),
    );
  const { code, stderr, document } = await replayed(project, [
    'fixtures/cassettes/refund.json',
    './fixtures/cassettes/../cassettes/r*.json',
    join(project.folder, 'fixtures/odd'),
    `fixtures/odd/${hostile[0]}`,
    'fixtures/{odd,cassettes}/busy-*.json',
  ]);
  expect(document.cassettes.map(({ file, status }) => [file, status])).toEqual(
    [
      ...hostile.map((name) => `fixtures/odd/${name}`),
      'fixtures/cassettes/busy-model.json',
      'fixtures/cassettes/refund.json',
    ]
      .toSorted()
      .map((file) => [file, 'exact']),
  );
  expect([code, stderr]).toEqual([0, '']);
});

describe('edited agents', () => {
  const name = 'scenarios/recorded/refund.scenario.ts';
  let edited: Project;
  beforeAll(async () => {
    edited = await repositoryCopy();
    const source = await readFile(join(edited.folder, name), 'utf8');
    await edited.write({
      [name]: source
        .replace('Help ${user} with refunds.', 'Help ${user}, but only with refunds.')
        .replace('Refunds an order.', 'Refunds one order.')
        .replace("?? 'in full'", "?? 'in half'"),
    });
  });
  afterAll(async () => await edited[Symbol.asyncDispose]());

  test('each change is reported once, with a diff and the command that records again; the code is 1', async () => {
    const { code, stdout, stderr } = await command(edited, ['replay', 'fixtures/cassettes/r*.json']);
    expect(stdout).toMatchInlineSnapshot(`
      "✗ fixtures/cassettes/refund.json  drifted, 3 of 3 interactions served
          The instructions of agent "Refunds" changed:
            -Help Ann with refunds.
            +Help Ann, but only with refunds.
          The tool "issue_refund" changed:
             {
            -  "description": "Refunds an order.",
            +  "description": "Refunds one order.",
               "name": "issue_refund",
               "parameters": {
                 "properties": {
          The history differs at message 5:
            -tool: refunded A-17 in full
            +tool: refunded A-17 in half
          If the change is intended, record again: npx swarmcheck record scenarios/recorded/refund.scenario.ts --filter refund

      1 cassette: 0 exact, 1 drifted (interactions: 3 served, 1 exact, 2 drifted, 0 unused)
      "
    `);
    expect([code, stderr]).toEqual([1, '']);
  });

  test('--json prints the same as data, and nothing else', async () => {
    const { code, stderr, document } = await replayed(edited, [
      'fixtures/cassettes/{refund,busy-model}.json',
    ]);
    expect(document).toStrictEqual({
      version: 1,
      exact: 1,
      drifted: 1,
      broken: 0,
      notChecked: 0,
      interactions: { served: 6, exact: 4, drifted: 2, unused: 0 },
      cassettes: [
        {
          file: 'fixtures/cassettes/busy-model.json',
          status: 'exact',
          interactions: { served: 3, exact: 3, drifted: 0, unused: 0 },
          drift: [],
          problems: [],
        },
        {
          file: 'fixtures/cassettes/refund.json',
          status: 'drifted',
          interactions: { served: 3, exact: 1, drifted: 2, unused: 0 },
          drift: [
            { part: 'instructions', name: 'Refunds', diff: expect.stringContaining('+Help Ann, but only') },
            { part: 'tools', name: 'issue_refund', diff: expect.stringContaining('Refunds one order.') },
            { part: 'history', at: 5, diff: expect.stringContaining('in half') },
          ],
          problems: [],
          again: `npx swarmcheck record ${name} --filter refund`,
        },
      ],
    });
    expect([code, stderr]).toEqual([1, '']);
  });
});

describe('usage errors', () => {
  const wrong: [what: string, args: string[], words: RegExp[]][] = [
    [
      'paths that match nothing, each reported',
      ['nowhere.json', 'fixtures/cassettes/x*.json', 'scenarios', 'fixtures/cassettes/refund.json'],
      [
        /^.*nowhere\.json: The file does not exist\.$/m,
        /^.*fixtures\/cassettes\/x\*\.json: No file matches this pattern\.$/m,
        /^.*scenarios: This folder has no cassette\.$/m,
      ],
    ],
    [
      'an unknown mode for tools',
      ['--tools', 'live'],
      [/option '--tools <mode>' argument 'live' is invalid\. Allowed choices are run, replay, verify\./],
    ],
    [
      '--as-scenario with --json',
      ['fixtures/cassettes/refund.json', '--as-scenario', '--json'],
      [/'--as-scenario' cannot be used with option '--json'/],
    ],
    [
      '--as-scenario with several cassettes',
      ['fixtures/cassettes/{refund,busy-model}.json', '--as-scenario'],
      [
        /--as-scenario takes only one cassette, but 2 match: fixtures\/cassettes\/busy-model\.json, fixtures\/cassettes\/refund\.json\./,
      ],
    ],
  ];

  test.for(wrong)('%s: the code is 2, and stdout is empty', async ([, args, words]) => {
    const { code, stdout, stderr } = await command(project, ['replay', ...args]);
    for (const word of words) expect(stderr).toMatch(word);
    expect(stderr).not.toMatch(stackTrace);
    expect([code, stdout]).toEqual([2, '']);
  });
});
