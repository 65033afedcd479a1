/**
 * What `swarmcheck replay` reports about cassettes with problems. All are in one folder; each is judged on its own.
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { StoredCassette } from '../cassette/folder.ts';
import { command, replayed, repositoryCopy, type ReplayDocument } from './recorded-project.ts';
import { stackTrace, type CommandResult, type Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const source = (steps: string, more = '') => `
import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';
const agent = new Agent({ name: 'Echo', instructions: 'Say what the user says.' });
export default defineScenario({ name: 'busy model', agent, steps: [${steps}], ${more} });
`;

/** Scenarios to replay with one recording: three messages, the second of them with a failed answer. */
const scenarios = {
  'script.scenario.ts': source(
    "user('One.'), say('never played'), user('Two, though you are busy.'), say('nor this'), user('Two.')",
  ),
  'other-expectations.scenario.ts': source(
    "user('One.'), user('Two, though you are busy.'), user('Two.')",
    "expect: { finalMessage: 'never said' }, check() { throw new Error('not asked'); }",
  ),
  'shorter.scenario.ts': source("user('One.')"),
  'longer.scenario.ts': source(
    "user('One.'), user('Two, though you are busy.'), user('Two.'), user('Three.')",
  ),
  'reworded.scenario.ts': source("user('One.'), user('Two, if you are not busy.'), user('Two.')"),
  'hooked.scenario.ts': source(
    "user('One.'), user('Two, though you are busy.'), user('Two.')",
    "hooks: { beforeModel() { throw new Error('the hook is broken'); } }",
  ),
  'factory.scenario.ts': source("user('One.')").replace(
    ' agent,',
    " agent() { throw new Error('no agent today'); },",
  ),
  'renamed.scenario.ts': source("user('One.')").replace("'busy model'", "'idle model'"),
  'mistyped.scenario.ts': source("user('One.'").replace('const agent', 'const const agent'),
  'throwing.scenario.ts': source("user('One.')").replace(
    'const agent',
    "throw new Error('at load');\nconst agent",
  ),
  'empty.scenario.ts': 'export const nothing = 1;',
  'outside.scenario.ts': source("user('One.')"),
};

const named = (file: string) => (cassette: StoredCassette) => {
  cassette.scenario!.file = file;
};

/** How the recording is changed, by the name of the new cassette. */
const edits: Record<string, (cassette: StoredCassette) => unknown> = {
  ...Object.fromEntries(
    Object.keys(scenarios).map((file) => [file.replace('.scenario.ts', ''), named(file)]),
  ),
  outside: named('../outside.scenario.ts'),
  'outside-by-way': named('inside/../../outside.scenario.ts'),
  'outside-absolute': named('/etc/passwd'),
  orphan: (cassette) => delete cassette.scenario,
  newer: (cassette) => (cassette.version = 2),
  moved: ({ lanes }) => lanes[0]!.interactions.shift(),
};

let project: Project;
let json: CommandResult & { document: ReplayDocument };
let text: CommandResult;

beforeAll(async () => {
  project = await repositoryCopy();
  const from = join(project.folder, 'fixtures/cassettes/busy-model.json');
  const recorded = await readFile(from, 'utf8');
  await project.write(scenarios);
  for (const [name, edit] of Object.entries(edits)) {
    const cassette = JSON.parse(recorded) as StoredCassette;
    edit(cassette);
    await project.write({ [`all/${name}.json`]: JSON.stringify(cassette, null, 2) });
  }
  await project.write({
    'all/cut.json': recorded.slice(0, 900),
    'all/blank.json': '\n',
    'all/merged.json': recorded.replace(
      '  "version": 1,',
      '<<<<<<< ours\n"version": 1,\n=======\n>>>>>>> theirs',
    ),
    'all/list.json': '[]',
    'all/other.json': '{ "name": "something else" }',
    'all/notes.txt': 'no cassette',
  });
  await cp(from, join(project.folder, 'all/folder/same.json'));
  [json, text] = await Promise.all([replayed(project, ['all']), command(project, ['replay', 'all'])]);
});
afterAll(async () => await project[Symbol.asyncDispose]());

/** The text itself, or a matcher for the pattern. */
const being = (words: string | RegExp): unknown =>
  typeof words === 'string' ? words : expect.stringMatching(words);

/** The status, the problems and the drift that are reported for a cassette. */
function told(name: string) {
  const { status, problems, drift } = json.document.cassettes.find(
    ({ file }) => file === `all/${name}.json`,
  )!;
  return [status, ...problems, ...drift.map(({ part, diff }) => `${part}\n${diff}`)];
}

const exact = ['script', 'other-expectations', 'folder/same'];

test.for(exact)('a cassette is exact, whatever its scenario scripts and expects: %s', (name) => {
  expect(told(name)).toEqual(['exact']);
});

const drifted: [name: string, ...words: (string | RegExp)[]][] = [
  ['reworded', 'history\n-user: Two, though you are busy.\n+user: Two, if you are not busy.'],
  [
    'shorter',
    /^2 interactions of all\/shorter\.json were recorded but not requested:\n {2}conversation 1: from interaction 2 of 3 on\nIf that is intended, record again: npx swarmcheck record shorter\.scenario\.ts --filter 'busy model' --out all\/shorter\.json$/,
  ],
  [
    'longer',
    /the recording of conversation 1 ends after 3 interactions \(all\/longer\.json\)\. If that is intended, record again/,
  ],
  ['hooked', 'The run failed, but the recorded run did not: the hook is broken'],
  ['factory', 'The run failed, but the recorded run did not: no agent today'],
];

test.for(drifted)('a drifted cassette is reported with one reason: %s', ([name, ...words]) => {
  expect(told(name)).toEqual(['drifted', ...words.map(being)]);
});

const broken: [name: string, words: string | RegExp][] = [
  ['blank', 'all/blank.json: The file is empty. Restore it, or record it again.'],
  ['cut', /^all\/cut\.json:\d+: The file .* Restore the file, or record it again\.$/],
  [
    'merged',
    'all/merged.json:3: The file has the markers of a merge conflict. Resolve the conflict, or record the file again.',
  ],
  ['newer', /^all\/newer\.json:3: A newer swarmcheck wrote this file, .*Update swarmcheck\.$/],
  ['moved', /^all\/moved\.json:\d+: Interaction 1 of lane 1 is missing/],
  ['list', 'all/list.json: This is not a cassette: it needs "format": "swarmcheck-cassette".'],
  ['other', 'all/other.json: This is not a cassette: it needs "format": "swarmcheck-cassette".'],
  ['orphan', /^It does not name the scenario .* Record it with: npx swarmcheck record <scenario>\.$/],
  [
    'renamed',
    'renamed.scenario.ts has no scenario named "busy model", from which this was recorded. It has: "idle model".',
  ],
  ['empty', /^Its scenario cannot be loaded: empty\.scenario\.ts: No export of this file is a scenario\./],
  ['mistyped', /^Its scenario cannot be loaded: mistyped\.scenario\.ts:4: It has a syntax error: /],
  ['throwing', 'Its scenario cannot be loaded: throwing.scenario.ts:4: It threw while loading: at load'],
];

test.for(broken)('a broken cassette is reported with the reason: %s', ([name, words]) => {
  expect(told(name)).toEqual(['broken', being(words)]);
});

test.for(['../outside.scenario.ts', 'inside/../../outside.scenario.ts', '/etc/passwd'])(
  'code outside the working directory is not loaded: %s',
  (file) => {
    const name = { '.': 'outside', i: 'outside-by-way', '/': 'outside-absolute' }[file[0]!]!;
    expect(told(name)).toEqual([
      'broken',
      `It names a scenario outside of the working directory, which is not loaded: "${file}".`,
    ]);
  },
);

test('only the .json files of a folder are replayed', () => {
  const files = json.document.cassettes.map(({ file }) => file);
  expect(files).toEqual(files.toSorted());
  expect(files).not.toContain('all/notes.txt');
  expect(files).toHaveLength(exact.length + drifted.length + broken.length + 3);
});

test('the code is 1, no output has a stack trace, and text and JSON agree', () => {
  expect([json.code, text.code]).toEqual([1, 1]);
  expect(`${json.stderr}${text.stdout}${text.stderr}`).not.toMatch(stackTrace);
  const marks = { exact: '✓', drifted: '✗', broken: '✗', 'not-checked': '-' } as Record<string, string>;
  const heads = text.stdout.split('\n').filter((line) => /^[✓✗-] /.test(line));
  expect(heads.map((line) => /^(\S) (\S+) {2}([a-z]+)/.exec(line)!.slice(1))).toEqual(
    json.document.cassettes.map(({ file, status }) => [marks[status], file, status]),
  );
  const { exact: exactCount, drifted: driftedCount, broken: brokenCount, interactions } = json.document;
  expect([exactCount, driftedCount, brokenCount]).toEqual([3, 5, 15]);
  const { served, exact: same, drifted: changed, unused } = interactions;
  expect(text.stdout).toMatch(
    `\n23 cassettes: 3 exact, 5 drifted, 15 broken (interactions: ${served} served, ${same} exact, ${changed} drifted, ${unused} unused)\n`,
  );
});
