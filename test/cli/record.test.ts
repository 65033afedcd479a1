/** `swarmcheck record`: its requests to a live model, the cassette, and the replay of it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { StoredCassette } from '../cassette/folder.ts';
import { complete, type Exchange, json, serve } from '../support/loopback.ts';
import { asking, completion, saying } from '../support/completions.ts';
import { command, replayed, spawnedCommand } from './recorded-project.ts';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const key = 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz';

const twin = JSON.stringify({
  format: 'swarmcheck-cassette',
  version: 1,
  scenario: { file: 'desk.scenario.ts', name: 'twin' },
  agents: {},
  tools: {},
  lanes: [],
});

let project: Project;
beforeAll(async () => {
  const several = scenarioSource('a question').replace(
    'export default',
    "export const other = defineScenario({ name: 'Another question/../../x', agent, modelOverride: 'of-the-scenario', steps: [user('and now?')] });\nexport default",
  );
  project = await Project.of({
    'desk.scenario.ts': scenarioSource('The desk, ASKED!'),
    'several.scenario.ts': several,
    'fails.scenario.ts': scenarioSource('fails', {
      expectations: "{ error: { message: 'Not today' } }",
    }),
    'twin.scenario.ts': scenarioSource('Twin?'),
    'fixtures/cassettes/twin.json': twin,
  });
});
afterAll(async () => await project[Symbol.asyncDispose]());

/** A call of the tool, then a message about its result. */
const answers = () => [
  complete(completion(asking({ id: 'call_1', function: { name: 'look_up', arguments: '{}' } }))),
  complete(saying('It is found.')),
];

const read = (name: string) => readFile(join(project.folder, name), 'utf8');
const cassette = async (name: string) => JSON.parse(await read(name)) as StoredCassette;

test('a conversation is recorded with the key of the environment, named after its scenario, and replayed', async () => {
  using model = await serve(...answers());
  const { code, stdout, stderr } = await command(project, ['record', 'desk.scenario.ts'], {
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: model.options.baseURL,
  });
  expect(stdout).toBe(
    'Recorded 2 interactions in fixtures/cassettes/the-desk-asked.json\n' +
      '  Desk: look_up() ⇒ found, says “It is found.” (completed, 2 turns)\n',
  );
  expect([code, stderr.includes('It says')]).toEqual([0, false]);
  expect(model.exchanges.map(({ request }) => request.headers.authorization)).toEqual([
    `Bearer ${key}`,
    `Bearer ${key}`,
  ]);
  expect(model.exchanges[0]?.body).toMatchObject({
    model: 'gpt-4o',
    messages: [{ role: 'system' }, { content: 'hi' }],
  });
  // The cassette contains no key, no header and no address.
  expect(await readdir(join(project.folder, 'fixtures/cassettes'))).toContain('the-desk-asked.json');
  expect(await read('fixtures/cassettes/the-desk-asked.json')).not.toMatch(/sk-proj|Bearer|127\.0\.0\.1/);
  expect((await cassette('fixtures/cassettes/the-desk-asked.json')).scenario).toEqual({
    file: 'desk.scenario.ts',
    name: 'The desk, ASKED!',
  });
  const again = await replayed(project, ['fixtures/cassettes/the-desk-asked.json']);
  expect(again.document).toMatchObject({ exact: 1, interactions: { served: 2, exact: 2 } });
});

test('--stream, --filter, --model and --out take effect, and a replay uses the stored model and mode', async () => {
  using model = await serve(complete(saying('Now.')));
  const { code, stdout } = await command(project, [
    'record',
    './several.scenario.ts',
    '--base-url',
    model.options.baseURL,
    '--filter',
    'ANOTHER',
    '--model',
    'of-the-command',
    '--stream',
    '--out',
    'kept/here.json',
  ]);
  expect(stdout).toMatch(/^Recorded 1 interaction in kept\/here\.json\n/);
  expect(code).toBe(0);
  const [exchange] = model.exchanges;
  expect(exchange?.body).toMatchObject({ model: 'of-the-command', stream: true });
  expect(exchange?.request.headers.authorization).toBe('Bearer none');
  const { scenario, lanes } = await cassette('kept/here.json');
  expect(scenario).toEqual({
    file: 'several.scenario.ts',
    name: 'Another question/../../x',
    model: 'of-the-command',
    stream: true,
  });
  expect(lanes[0]?.interactions[0]).toHaveProperty('stream.parts');
  expect((await replayed(project, ['kept'])).document).toMatchObject({ exact: 1, drifted: 0 });
});

test('--json prints one document; an expectation that fails is a warning, and the conversation is still recorded', async () => {
  await project.write({
    'expecting.scenario.ts': scenarioSource('expecting', {
      expectations: "{ finalMessage: 'It is lost.' }",
      execute: "console.log('noise') ?? 'found'",
    }),
  });
  using model = await serve(...answers());
  const args = ['record', 'expecting.scenario.ts', '--json', '--base-url', model.options.baseURL];
  const { code, stdout, stderr } = await command(project, args);
  const warning = expect.stringContaining('It is lost.') as string;
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    scenario: 'expecting',
    cassette: 'fixtures/cassettes/expecting.json',
    interactions: 2,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    warnings: [warning],
  });
  expect(stderr).toMatch(
    /^noise\nWarning: the recorded conversation does not meet the scenario's expectations\. /,
  );
  expect(code).toBe(0);
});

test('recording again replaces the whole cassette', async () => {
  const path = 'fixtures/cassettes/again.json';
  await project.write({ 'again.scenario.ts': scenarioSource('again') });
  const record = async (...served: Parameters<typeof serve>) => {
    using model = await serve(...served);
    return await command(project, ['record', 'again.scenario.ts', '--base-url', model.options.baseURL]);
  };
  expect((await record(...answers())).code).toBe(0);
  expect((await record(complete(saying('I know it.')))).code).toBe(0);
  expect((await cassette(path)).lanes.map(({ interactions }) => interactions.length)).toEqual([1]);
  expect(await read(path)).toMatch('I know it.');
});

test('a second recording of a file at the same time is refused, and does not disturb the first', async () => {
  await project.write({ 'locked.scenario.ts': scenarioSource('locked') });
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let ask = () => {};
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const [first, second] = answers();
  using model = await serve((exchange) => {
    ask();
    void released.then(() => first!(exchange));
  }, second!);
  const args = ['record', 'locked.scenario.ts', '--base-url', model.options.baseURL];
  const recording = command(project, args);
  await asked;
  const other = await spawnedCommand(project, args);
  release();
  expect(other.stderr).toMatch(
    /^fixtures\/cassettes\/locked\.json: The file is already being recorded by process \d+ on \S+\. Give each recording its own file, or close the other recording first\./,
  );
  expect([other.code, other.stdout]).toEqual([1, '']);
  expect(model.exchanges).toHaveLength(1);
  expect((await recording).code).toBe(0);
  expect((await cassette('fixtures/cassettes/locked.json')).lanes[0]?.interactions).toHaveLength(2);
});

test('an expected error is recorded, and can be recorded again', async () => {
  const error = { error: { message: 'Not today', type: 'a', code: 'b', param: null } };
  using model = await serve(
    ...[1, 2].map(
      () =>
        ({ response }: Exchange) =>
          json(response, 400, error),
    ),
  );
  const args = ['record', 'fails.scenario.ts', '--base-url', model.options.baseURL];
  for (const time of [1, 2]) {
    const { code, stderr } = await command(project, args);
    expect([time, code, stderr]).toEqual([time, 0, '']);
  }
  expect(model.exchanges).toHaveLength(2);
});

test('a scenario whose name gives the same file name as another does not overwrite its cassette', async () => {
  const { code, stderr } = await command(project, ['record', 'twin.scenario.ts'], { OPENAI_API_KEY: key });
  expect(stderr).toBe(
    '✗ twin.scenario.ts: fixtures/cassettes/twin.json already holds the scenario "twin" of desk.scenario.ts, whose name leads to the same file name. Name another cassette: --out <file>.\n',
  );
  expect(code).toBe(2);
  expect(await read('fixtures/cassettes/twin.json')).toBe(twin);
});
