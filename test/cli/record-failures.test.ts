/** `swarmcheck record` when it fails: it says why and what to do, and leaves an existing cassette unchanged. */
import { readFile, readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { complete, json, serve } from '../support/loopback.ts';
import { asking, completion } from '../support/completions.ts';
import { command } from './recorded-project.ts';
import { Project, scenarioSource, stackTrace, type CommandResult } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const old = '{ "format": "swarmcheck-cassette", "not": "touched" }\n';

let project: Project;
beforeAll(async () => {
  const named = (name: string) => scenarioSource(name).replace('export default', 'export const named =');
  project = await Project.of({
    'desk.scenario.ts': scenarioSource('desk'),
    'fixtures/cassettes/desk.json': old,
    'agents.ts': "import { Agent } from 'swarmcheck';\nexport const desk = new Agent({ name: 'Desk' });\n",
    'two.scenario.ts': `${named('one')}\nexport const other = { ...named, name: 'other one' };\n`,
    'nameless.scenario.ts': scenarioSource('***'),
    'external.scenario.ts':
      "import { externalAgent, user } from 'swarmcheck/testing';\n" +
      "export const app = { agent: externalAgent(async () => {}), steps: [user('hi')] };\n",
  });
});
afterAll(async () => await project[Symbol.asyncDispose]());

/** Runs `record`, and checks that the old cassette is unchanged and that no file was added beside it. */
async function failing(args: string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const result = await command(project, ['record', ...args], env);
  expect(await readFile(join(project.folder, 'fixtures/cassettes/desk.json'), 'utf8')).toBe(old);
  expect(await readdir(join(project.folder, 'fixtures/cassettes'))).toEqual(['desk.json']);
  expect(result.stderr).not.toMatch(stackTrace);
  expect(result.stdout).toBe('');
  return result;
}

test('without a key, it says what to set and what to run', async () => {
  const { code, stderr } = await failing(['desk.scenario.ts']);
  expect(stderr).toBe(
    '✗ desk.scenario.ts: OPENAI_API_KEY is not set, so no live model can answer. Set it: ' +
      'OPENAI_API_KEY=… npx swarmcheck record desk.scenario.ts; or use another API: --base-url <url>. ' +
      'An existing cassette is not changed.\n',
  );
  expect(code).toBe(2);
});

test('an address without a server is a connection error', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { code, stderr } = await failing(['desk.scenario.ts', '--base-url', `http://127.0.0.1:${port}/v1`]);
  expect(stderr).toMatch(
    'The conversation failed, so fixtures/cassettes/desk.json was not changed: Connection error.',
  );
  expect(code).toBe(1);
});

test('a refused key is reported, and nothing is recorded', async () => {
  const error = { message: 'Not with this key.', type: 'a', code: 'b', param: null };
  using model = await serve(({ response }) => json(response, 401, { error }));
  const { code, stderr } = await failing(['desk.scenario.ts'], {
    OPENAI_API_KEY: 'sk-wrong',
    OPENAI_BASE_URL: model.options.baseURL,
  });
  expect(stderr).toBe(
    'The conversation failed, so fixtures/cassettes/desk.json was not changed: 401 Not with this key.\n' +
      'Is the key in OPENAI_API_KEY right?\n',
  );
  expect(model.exchanges).toHaveLength(1);
  expect(code).toBe(1);
});

test('a file that is not a cassette is not overwritten, and the model is not asked', async () => {
  using model = await serve(complete(completion({ content: 'Hello.' })));
  const args = ['desk.scenario.ts', '--base-url', model.options.baseURL, '--out', 'package.json'];
  const { code, stderr } = await failing(args);
  expect(stderr).toBe(
    'package.json: This file is not a cassette, and recording would overwrite it. Choose another name, or remove the file.\n',
  );
  expect(model.exchanges).toHaveLength(0);
  expect(code).toBe(1);
});

test('a conversation that fails halfway writes nothing', async () => {
  const call = complete(completion(asking({ id: 'c', function: { name: 'look_up', arguments: '{}' } })));
  using model = await serve(call, ({ response }) => json(response, 400, { error: { message: 'Too long.' } }));
  const { code, stderr } = await failing(['desk.scenario.ts', '--base-url', model.options.baseURL]);
  expect(stderr).toMatch(/was not changed: 400 Too long\./);
  expect(model.exchanges).toHaveLength(2);
  expect(code).toBe(1);
});

const wrong: [what: string, args: string[], words: RegExp][] = [
  [
    'an agent module without scenarios',
    ['agents.ts'],
    /agents\.ts: No export of this file is a scenario\. .*desk is /,
  ],
  [
    'a filter that matches no scenario',
    ['two.scenario.ts', '--filter', 'sales'],
    /No scenario name contains "sales"\. The names are: "one", "other one"\./,
  ],
  [
    'an invalid address',
    ['desk.scenario.ts', '--base-url', 'localhost:1234'],
    /'localhost:1234' is invalid\. It must be a URL, such as http:\/\/localhost:11434\/v1\./,
  ],
  [
    'a scenario name without letters or digits',
    ['nameless.scenario.ts'],
    /Name the cassette: --out <file>\./,
  ],
  [
    'a path outside the working directory',
    ['desk.scenario.ts', '--out', '../desk.json'],
    /outside the working directory/,
  ],
  ['--model for an external agent', ['external.scenario.ts', '--model', 'm'], /leave out --model/],
];

test.for(wrong)('%s gives code 2, and the model is not asked', async ([, args, words]) => {
  using model = await serve();
  const { code, stderr } = await failing(args, {
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: model.options.baseURL,
  });
  expect(stderr).toMatch(words);
  expect(model.exchanges).toEqual([]);
  expect(code).toBe(2);
});
