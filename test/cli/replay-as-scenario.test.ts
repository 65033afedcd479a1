/** `swarmcheck replay --as-scenario` prints a scenario that passes, whatever texts were recorded. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { complete, json, serve } from '../support/loopback.ts';
import { asking, completion } from '../support/completions.ts';
import { command, repositoryCopy } from './recorded-project.ts';
import { Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Texts that could end a string literal or a line of a module. */
const hostile = [
  '`${process.exit(3)}`',
  `'"\\'\\"`,
  'a\nb\r\nc',
  '</script><!--',
  '\u2028line\u2029separators\u0000\u001b[31m',
  '*/ // /*',
  String.raw`\u0041\\`,
  'ünï 日本 👩‍👩‍👧 \ud83d',
  '',
];

const scenario = `
import { Agent, tool } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

const parameters = { type: 'object', properties: { text: { type: 'string' } } };
const other = new Agent({ name: ${JSON.stringify(hostile[1])}, instructions: 'Say it.' });
const agent = new Agent({
  name: 'Echo \`\${name}\`',
  instructions: 'Repeat it.',
  functions: [
    tool({ name: 'echo', parameters, execute: (args, { contextVariables }) => JSON.stringify(args) + contextVariables.suffix }),
    function fail() { throw new Error('failed'); },
    function move() { return other; },
  ],
});
export const hostile = defineScenario({
  name: ${JSON.stringify(hostile.join(' '))},
  agent,
  contextVariables: { suffix: '!' },
  maxTurns: 20,
  steps: ${JSON.stringify(hostile.slice(0, -1).map((text) => ({ user: text })))},
});
`;

/** An answer with these calls. The arguments are sent verbatim. */
const calls = (...made: [name: string, args: string][]) =>
  complete(
    completion(
      asking(
        ...made.map(([name, args], index) => ({ id: `call_${index}`, function: { name, arguments: args } })),
      ),
    ),
  );
const says = (content: string) => complete(completion({ role: 'assistant', content }));

/** The answers of the model in one conversation. */
const answers = () => [
  // Among the arguments are some that are invalid JSON, have unusual spaces, or would set a prototype.
  calls(
    ['echo', '{"text":"`${1}`","__proto__":{"a":1},"constructor":null}'],
    ['echo', '{ "text" : "spaced" }'],
    ['echo', '{"text": '],
    ['fail', '{}'],
    ['no_such_tool', '{"it\'s":"`"}'],
  ),
  says(hostile[0]!),
  says(hostile[1]!),
  ({ response }: Parameters<ReturnType<typeof says>>[0]) => {
    response.setHeader('retry-after-ms', '1');
    json(response, 400, { error: { message: hostile.join(' '), type: 'a', code: '`', param: null } });
  },
  calls(['move', '{}']),
  says(hostile[3]!),
  complete(completion({ role: 'assistant', content: null, refusal: hostile[4]! })),
  complete(completion({ role: 'assistant', content: hostile.join('\n') }, 'length')),
  says(hostile[6]!),
  says(hostile[7]!),
];

let project: Project;
beforeAll(async () => {
  project = await repositoryCopy();
  await project.write({ "scenarios/it's.scenario.ts": scenario });
});
afterAll(async () => await project[Symbol.asyncDispose]());

/** Prints a cassette as a scenario, and returns its source. */
async function sourceOf(cassette: string): Promise<string> {
  const { code, stdout, stderr } = await command(project, ['replay', '--as-scenario', cassette]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

test.for(['whole', 'streamed'])(
  'texts that could break out of a literal give a scenario that passes, recorded %s',
  async (form) => {
    using model = await serve(...answers());
    const args = ['record', "scenarios/it's.scenario.ts", '--base-url', model.options.baseURL];
    const path = `fixtures/cassettes/hostile-${form}.json`;
    const stream = form === 'streamed' ? ['--stream'] : [];
    const recording = await command(project, [...args, '--out', path, ...stream]);
    expect([recording.code, recording.stderr]).toEqual([0, '']);
    expect(model.exchanges.map(({ body }) => body.stream)).toEqual(
      model.exchanges.map(() => form === 'streamed' || undefined),
    );

    const source = await sourceOf(path);
    for (const line of [
      "toolErrors: [{ tool: 'echo', kind: 'invalid-arguments' }, { tool: 'echo', kind: 'invalid-json' }, { tool: 'fail', kind: 'threw' }, { tool: 'no_such_tool', kind: 'unknown-tool' }],",
      "recovered: { tool: 'echo', kind: 'invalid-arguments' },",
      `toolResults: [{ tool: 'echo', contentContains: '{"text":"spaced"}!' }],`,
    ])
      expect(source).toContain(`\n    ${line}\n`);
    await project.write({ [`${form}.scenario.ts`]: source });
    const { code, stdout } = await command(project, ['run', `${form}.scenario.ts`, '--json']);

    const { scenarios } = JSON.parse(stdout) as RunDocument;
    expect(scenarios).toMatchObject([{ passed: true, failures: [], agents: ['Echo `${name}`', hostile[1]] }]);
    expect(scenarios[0]?.name).toBe(`${hostile.join(' ')}, as recorded`);
    const [spoiled, spaced, ...others] = scenarios[0]!.toolCalls;
    expect(JSON.stringify(spoiled?.args)).toBe('{"text":"`${1}`","__proto__":{"a":1},"constructor":null}');
    expect(spaced?.content).toBe('{"text":"spaced"}!');
    expect(others.map(({ tool, args, error }) => [tool, args, error])).toEqual([
      ['echo', '{"text": ', 'invalid-json'],
      ['fail', {}, 'threw'],
      ['no_such_tool', { "it's": '`' }, 'unknown-tool'],
      ['move', {}, undefined],
    ]);
    expect(code).toBe(0);
  },
);

interface RunDocument {
  scenarios: {
    name: string;
    toolCalls: { tool: string; args: unknown; content: string; error?: string }[];
  }[];
}

test('recordings of this repository give scenarios that pass: a handoff, a failure, parallel calls', async () => {
  const names = ['refund', 'busy-model', 'library-desk'];
  const sources = await Promise.all(names.map((name) => sourceOf(`fixtures/cassettes/${name}.json`)));
  for (const [index, source] of sources.entries())
    await project.write({ [`again-${names[index]}.scenario.ts`]: source });
  const { code, stdout, stderr } = await command(project, ['run', 'again-*']);
  expect(stdout).toMatch(/\n3 scenarios: 3 passed\n$/);
  expect([code, stderr]).toEqual([0, '']);
});

test('each conversation becomes a scenario, and a scenario file that is gone is still imported by name', async () => {
  await rm(join(project.folder, 'scenarios/recorded/side-by-side.scenario.ts'));
  const source = await sourceOf('fixtures/cassettes/side-by-side.json');
  expect(source.match(/^(?:import|export) .*$/gm)).toEqual([
    "import { callTool, defineScenario, say, user } from 'swarmcheck/testing';",
    "import recorded from './scenarios/recorded/side-by-side.scenario.ts';",
    'export const conversation1 = defineScenario({',
    'export const conversation2 = defineScenario({',
  ]);
});

test('a cassette that a test recorded names the test, and leaves the import of the agent to the reader', async () => {
  const path = 'fixtures/cassettes/docs-tests/docs/guide-recording-md/library/a-book-is-found.json';
  expect(await sourceOf(path)).toMatchInlineSnapshot(`
    "// Recorded in fixtures/cassettes/docs-tests/docs/guide-recording-md/library/a-book-is-found.json. Paths are relative to the working directory.
    import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
    // The agent that was recorded by the test "a book is found" of .docs-tests/docs/guide-recording.md/library.test.ts:
    // import { agent } from './…';

    export default defineScenario({
      name: 'a book is found, as recorded',
      agent,
      steps: [
        user('Where is Emma?'),
        callTool('find_book', { title: 'Emma' }),
        say('It is on shelf A 3.'),
      ],
      expect: {
        agents: ['Library'],
        toolErrors: 'none',
        seen: [{ agent: 'Library', tools: ['find_book'] }],
      },
    });
    "
  `);
});

test('a broken cassette gives code 2, its line on stderr, and nothing on stdout', async () => {
  await project.write({ 'cut.json': '{\n  "format": "swarmcheck-cassette"\n' });
  const { code, stdout, stderr } = await command(project, ['replay', 'cut.json', '--as-scenario']);
  expect(stderr).toMatch(/^cut\.json:\d: The file .* Restore the file, or record it again\.\n$/);
  expect([code, stdout]).toEqual([2, '']);
});

test('a recorded name cannot break out of its comment', async () => {
  const hostile = 'a\nprocess.exit(3); //\u2028process.exit(4); //';
  const cassette = { format: 'swarmcheck-cassette', version: 1, agents: {}, tools: {}, lanes: [] };
  const test = { file: hostile, name: hostile };
  await using other = await Project.of({ 'c.json': JSON.stringify({ ...cassette, test }) });
  const { stdout } = await command(other, ['replay', 'c.json', '--as-scenario']);
  expect(stdout).toContain('process.exit');
  expect(stdout.split(/[\n\u2028\u2029]/).filter((line) => line.trim().startsWith('process'))).toEqual([]);
});
