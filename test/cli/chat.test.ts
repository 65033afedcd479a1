/** `swarmcheck chat`, with input from a pipe and from a terminal. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { complete, json, serve } from '../support/loopback.ts';
import { asking, completion, saying } from '../support/completions.ts';
import { Project, stackTrace } from './swarmcheck.ts';
import { ctrlC, ctrlD, Terminal, up } from './terminal.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const desk = `
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, defineScenario, externalAgent, say, user } from 'swarmcheck/testing';

const secret = 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz';
export const desk = new Agent({
  name: 'Desk',
  instructions: ({ city = 'nowhere' }) => 'You are in ' + city + '.',
  functions: [
    tool({ name: 'look_up', parameters: { type: 'object', properties: { id: { type: 'string' } } }, execute: ({ id }) => new Result({ value: id + ' is here, ' + secret, contextVariables: { found: id } }) }),
    function to_night_desk() { return night; },
    tool({ name: 'wait', execute: (_args, { signal }) => new Promise((_resolve, reject) => { console.error('[waits]'); signal.addEventListener('abort', () => reject(signal.reason)); }) }),
  ],
});
const night = new Agent({ name: 'Night desk' });
export const say = () => new Agent({ name: 'Made' });
export const late = async () => new Agent({ name: 'Late' });
export const nothing = () => undefined;
export const broken = () => { throw new Error('no database'); };
export const number = 3;
export const stubbed = defineScenario({
  name: 'stubbed', agent: desk, contextVariables: { city: 'Oban' }, tools: { look_up: 'a stand-in' },
  steps: [user('Where is A?'), callTool('look_up', { id: 'A' }), say2('There.')],
});
function say2(text: string) { return { say: text }; }
export const odd = defineScenario({
  name: 'odd', agent: desk, contextVariables: { n: 10n },
  steps: [user('A?'), say2('There.'), user('Still there?'), say2('Yes.')],
});
const limited = defineScenario({
  name: 'limited', agent: desk, modelOverride: 'gpt-9', maxTurns: 1,
  messages: [{ role: 'user', content: 'Hello.' }, { role: 'assistant', content: 'Hello!' }],
  steps: [user('Where is A?'), callTool('look_up', { id: 'A' }), user('And?'), say2('There.')],
});
export const held = defineScenario({
  name: 'held', agent: desk, executeTools: false,
  steps: [user('Where is A?'), callTool('look_up', { id: 'A' }), user('And?'), say2('There.')],
});
export { limited as class };
export class Desk {}
export const closing = () => {
  console.error('[made]');
  return new Agent({ name: 'Closing', dispose: () => console.error('[closed]') });
};
export const app = defineScenario({ name: 'app', agent: externalAgent(async () => 'x'), steps: [user('hi'), say2('x')] });
`;

const script = `
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { desk } from './desk.ts';
export const search = defineScenario({
  name: 'a search', agent: desk, contextVariables: { city: 'Skye' },
  steps: [
    user('Where is A?'), callTool('look_up', { id: 'A' }), say('It is here.'),
    user('Good night.'), callTool('to_night_desk'), say('Good night.'),
  ],
});
export const start = defineScenario({ name: 'start', agent: desk, steps: [user('/start'), say('Started.')] });
export const ghost = defineScenario({
  name: 'ghost', agent: desk,
  steps: [user('Hello?'), callTool('ghost'), user('Anyone?'), say('Yes.')],
});
export const slow = defineScenario({
  name: 'slow', agent: desk,
  steps: [user('Wait.'), callTool('wait'), user('Hello?'), say('Yes.'), user('More?'), say('No more.')],
});
`;

let project: Project;
beforeAll(async () => {
  project = await Project.of({ 'desk.ts': desk, 'search.scenario.ts': script });
});
afterAll(async () => await project[Symbol.asyncDispose]());

const chat = (args: string[], lines: string[] = [], env: Record<string, string> = {}) =>
  project.swarmcheck(
    ['chat', ...args],
    { OPENAI_API_KEY: '', ...env },
    lines.map((line) => `${line}\n`).join(''),
  );
const read = (file: string) => readFile(join(project.folder, file), 'utf8');
const search = ['--script', 'search.scenario.ts', '--filter', 'a search'];

test('a script answers in place of a model, and suggests the messages of its user', async () => {
  const { code, stdout, stderr } = await chat(['desk.ts#desk', ...search], ['', 'Bye.', 'Anyone?']);
  expect(stderr).toBe('');
  expect(stdout).toBe(`Chat with Desk. /help lists the commands.
(Enter sends: Where is A?)
User: Where is A?
Desk: look_up({"id":"A"})
  → A is here, sk-proj-0123456789abcdefghijklmnopqrstuvwxyz
  context: {"found":"A"}
Desk: It is here.
(Enter sends: Good night.)
User: Bye.
Desk: to_night_desk()
  → Night desk takes over
Night desk: Good night.
(The script has no more answers. /save saves the conversation, /exit leaves.)
User: Anyone?
(The script has no more answers. /save saves the conversation, /exit leaves.)
User: 
`);
  expect(code).toBe(0);
});

test('/save writes a scenario that passes and a cassette that is exact, without secrets', async () => {
  const { stdout } = await chat(['desk.ts#desk', ...search, '--no-stream'], ['', '', '/save The Desk!']);
  expect(stdout).toContain(
    'Saved as scenarios/the-desk.scenario.ts and fixtures/cassettes/the-desk.json.\nSecrets were redacted: a tool that reads one may behave differently when this is played.\n  npx swarmcheck run scenarios/the-desk.scenario.ts\n',
  );
  expect(await read('scenarios/the-desk.scenario.ts')).toBe(`// Saved from a chat with desk.ts#desk.
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { desk } from '../desk.ts';

export default defineScenario({
  name: 'The Desk!',
  agent: desk,
  contextVariables: { city: 'Skye' },
  steps: [
    user('Where is A?'),
    callTool('look_up', { id: 'A' }),
    say('It is here.'),
    user('Good night.'),
    callTool('to_night_desk'),
    say('Good night.'),
  ],
  expect: {
    agents: ['Desk', 'Night desk'],
    toolErrors: 'none',
    toolResults: [{ tool: 'look_up', contentContains: 'A is here,' }],
    seen: [{ agent: 'Desk', tools: ['look_up', 'to_night_desk', 'wait'] }, { agent: 'Night desk', tools: [] }],
  },
});
`);
  expect(await read('fixtures/cassettes/the-desk.json')).not.toContain('sk-proj');
  const run = await project.swarmcheck(['run', 'scenarios/the-desk.scenario.ts']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const replay = await project.swarmcheck(['replay', 'fixtures/cassettes/the-desk.json']);
  expect(replay.stdout).toContain('✓ fixtures/cassettes/the-desk.json  exact, 4 interactions');
  expect(replay.code).toBe(0);
});

test('/save overwrites only files that the same chat saved', async () => {
  await mkdir(join(project.folder, 'scenarios'), { recursive: true });
  await writeFile(join(project.folder, 'scenarios/mine.scenario.ts'), 'mine');
  const { stdout } = await chat(
    ['desk.ts#desk', ...search],
    [
      '/save early',
      '',
      '/save mine',
      '/save ../../etc/over',
      '',
      '/save ../../etc/over',
      '/save',
      '/save',
      '/save ???',
    ],
  );
  expect(stdout).toContain('There is nothing to save yet: no message was answered.\n');
  expect(stdout).toContain('scenarios/mine.scenario.ts already exists. Choose another name: /save <name>.\n');
  expect(await read('scenarios/mine.scenario.ts')).toBe('mine');
  expect(stdout.match(/Saved as scenarios\/etc-over\.scenario\.ts/g)).toHaveLength(2);
  expect(await read('scenarios/etc-over.scenario.ts')).toContain("say('Good night.')");
  expect(stdout.match(/Saved as scenarios\/chat-with-desk\.scenario\.ts/g)).toHaveLength(2);
  expect(stdout).toContain(
    'The name "???" has no letter or digit for a file name. Choose another name: /save <name>.\n',
  );
  const again = await chat(['desk.ts#desk', ...search], ['', '/save']);
  expect(again.stdout).toContain('Saved as scenarios/chat-with-desk-2.scenario.ts');
  const left = await readdir(join(project.folder, 'scenarios'));
  expect(left.filter((file) => !file.endsWith('.scenario.ts'))).toEqual([]);
});

test('a message that failed is not saved', async () => {
  using model = await serve(
    complete(completion(asking({ id: 'call_1', function: { name: 'look_up', arguments: '{"id":"B"}' } }))),
    ({ response }) => json(response, 400, { error: { message: 'No.' } }),
    complete(saying('Yes.')),
  );
  const { stdout } = await chat(
    [
      'desk.ts#desk',
      '--base-url',
      model.options.baseURL,
      '--no-stream',
      '--context',
      '{"city":"Mull","password":"hunter twenty"}',
    ],
    ['First?', 'My password is hunter twenty.', '/save after an error'],
  );
  expect(stdout).toContain(
    '(This failed with BadRequestError: 400 No. The conversation is back to where it was',
  );
  const source = await read('scenarios/after-an-error.scenario.ts');
  expect(source).toContain(
    "  contextVariables: { city: 'Mull', password: '[secret-1]' },\n  steps: [\n    user('My password is [secret-1].'),\n    say('Yes.'),\n  ],",
  );
  expect(stdout).toContain('Secrets were redacted: a tool that reads one may behave differently');
  expect(await read('fixtures/cassettes/after-an-error.json')).not.toContain('hunter');
  const replay = await project.swarmcheck(['replay', 'fixtures/cassettes/after-an-error.json']);
  expect(replay.code).toBe(0);
});

test('if one of the two files cannot be written, neither is', async () => {
  await using own = await Project.of({
    'desk.ts': desk,
    'search.scenario.ts': script,
    scenarios: 'no folder',
  });
  const { stdout } = await own.swarmcheck(['chat', 'desk.ts#desk', ...search], {}, '\n/save x\n/save x\n');
  expect(stdout.match(/The conversation could not be saved\. /g)).toHaveLength(2);
  expect(await readdir(own.folder)).not.toContain('fixtures');
});

test('a context that JSON cannot represent is reported, and the chat continues', async () => {
  const { stdout, code } = await chat(
    ['desk.ts#odd', '--script', 'desk.ts', '--filter', 'odd'],
    ['/context', '', '/save odd', 'Still there?'],
  );
  expect(stdout).toContain('"n": 10');
  expect(stdout).toContain(
    'The conversation could not be saved. contextVariables.n is the bigint 10, which JSON cannot store and restore',
  );
  expect(stdout).toContain('Desk: Yes.');
  expect(code).toBe(0);
});

test('/save keeps limits, the model, earlier messages, and an export named by a keyword', async () => {
  const { stdout } = await chat(
    ['desk.ts#class', '--script', 'desk.ts', '--filter', 'limited'],
    ['', '', '/save limited', '/save sk-proj-0123456789abcdefghijklmnop'],
  );
  expect(stdout).toContain('(Stopped: the turn limit is 1.)');
  expect(stdout).toContain('This name seems to contain a secret');
  const source = await read('scenarios/limited.scenario.ts');
  expect(source).toContain("import { class as original } from '../desk.ts';");
  expect(source).toContain("  modelOverride: 'gpt-9',\n  maxTurns: 1,\n");
  const run = await project.swarmcheck(['run', 'scenarios/limited.scenario.ts']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const replay = await project.swarmcheck(['replay', 'fixtures/cassettes/limited.json']);
  expect(replay.stdout).toContain('exact, 2 interactions');
});

test('a scripted user message that looks like a command is sent as a message', async () => {
  const { stdout } = await chat(
    ['desk.ts#desk', '--script', 'search.scenario.ts', '--filter', 'start'],
    [''],
  );
  expect(stdout).toContain('User: /start\nDesk: Started.\n');
});

test('a script that does not fit the agent is reported, the chat goes on, and the exit code is 1', async () => {
  const { stdout, code } = await chat(
    ['desk.ts#desk', '--script', 'search.scenario.ts', '--filter', 'ghost'],
    ['', ''],
  );
  expect(stdout).toContain('calls the tool "ghost", which the model was not offered.');
  expect(stdout).toContain('Desk: Yes.');
  expect(code).toBe(1);
});

test('an agent made for the chat is disposed of, and none is made if nothing can answer', async () => {
  const held = await chat(['desk.ts#closing', ...search], ['/exit']);
  expect(held.stderr).toBe('[made]\n[closed]\n');
  const refused = await chat(['desk.ts#closing']);
  expect(refused.stderr).not.toContain('[made]');
  expect(refused.code).toBe(2);
});

test('a live model is asked with the key of the environment, and --model chooses another model', async () => {
  using model = await serve(complete(saying('Hello.')));
  const { stdout } = await chat(['desk.ts#desk', '--model', 'small', '--no-stream'], ['Hi.'], {
    OPENAI_API_KEY: 'sk-of-the-environment-0123456789',
    OPENAI_BASE_URL: model.options.baseURL,
  });
  expect(stdout).toContain('User: Hi.\nDesk: Hello.\n');
  expect(model.exchanges[0]?.body).toMatchObject({ model: 'small' });
  expect(model.exchanges[0]?.request.headers['authorization']).toBe(
    'Bearer sk-of-the-environment-0123456789',
  );
});

test('without a key and a script, it says what to do', async () => {
  const { code, stderr, stdout } = await chat(['desk.ts#desk']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    '✗ desk.ts: OPENAI_API_KEY is not set, so no live model can answer. Set it, or use another API: --base-url <url>, or let a script answer: --script <file of a scenario>.\n',
  );
});

test('--json prints one document to stdout, and the chat to stderr', async () => {
  const { stdout, stderr } = await chat(['desk.ts#desk', ...search, '--json'], ['', '/save as json']);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    agent: 'Desk',
    contextVariables: { city: 'Skye', found: 'A' },
    saved: [{ scenario: 'scenarios/as-json.scenario.ts', cassette: 'fixtures/cassettes/as-json.json' }],
  });
  expect(stderr).toContain('Desk: It is here.\n');
});

test.each([
  ['a factory', 'desk.ts#say', 'Made'],
  ['an async factory', 'desk.ts#late', 'Late'],
])('%s makes the agent', async (_what, module, name) => {
  const { stdout, code } = await chat([module, '--base-url', 'http://127.0.0.1:9/v1']);
  expect(stdout).toContain(`Chat with ${name}.`);
  expect(code).toBe(0);
});

test('a scenario provides its agent, its stubs and its context variables', async () => {
  const { stdout } = await chat(
    ['desk.ts#stubbed', '--script', 'desk.ts', '--filter', 'stubbed'],
    ['/context', '', '/save of a scenario'],
  );
  expect(stdout).toContain('"city": "Oban"');
  expect(stdout).toContain('  → a stand-in\n');
  const saved = await read('scenarios/of-a-scenario.scenario.ts');
  expect(saved).toContain(
    "import { stubbed as original } from '../desk.ts';\n\nexport default defineScenario({\n  name: 'of a scenario',\n  agent: original.agent,\n  tools: original.tools,\n  contextVariables: { city: 'Oban' },\n",
  );
  // The answer of a stub proves nothing about the app.
  expect(saved).toContain("toolErrors: 'none',");
  expect(saved).not.toContain('toolResults');
  const replay = await project.swarmcheck(['replay', 'fixtures/cassettes/of-a-scenario.json']);
  expect(replay.code).toBe(0);
});

test.each<[what: string, args: string[], message: string]>([
  ['a missing file', ['none.ts', ...search], 'none.ts: The file does not exist.'],
  ['an unknown export', ['desk.ts#lat', ...search], 'desk.ts: It has no export "lat". Did you mean "late"?'],
  [
    'a module with several exports',
    ['desk.ts', ...search],
    'desk.ts: Name the export to use: desk.ts#<name>.',
  ],
  [
    'a number',
    ['desk.ts#number', ...search],
    'The export "number" must be an Agent, a function that makes one, or a scenario, but is the number 3.',
  ],
  ['a class', ['desk.ts#Desk', ...search], 'The export "Desk" is a class. Export an Agent'],
  [
    'a factory that returns nothing',
    ['desk.ts#nothing', ...search],
    'The agent factory of the export "nothing" must return an Agent, but returned undefined. Is a "return" missing?',
  ],
  ['a factory that throws', ['desk.ts#broken', ...search], 'desk.ts: no database'],
  [
    'an app of another SDK',
    ['desk.ts#app', ...search],
    'The export "app" is the scenario of an externalAgent',
  ],
  ['a missing script file', ['desk.ts#desk', '--script', 'none.ts'], 'none.ts: The file does not exist.'],
  [
    'a script file with several scenarios',
    ['desk.ts#desk', '--script', 'search.scenario.ts'],
    'It has 4 scenarios',
  ],
  ['a context that is not an object', ['desk.ts#desk', '--context', '[1]'], 'It must be a JSON object'],
  ['a limit of 0 turns', ['desk.ts#desk', '--max-turns', '0'], 'It must be a whole number above 0.'],
])('%s is reported without a stack trace', async (_what, args, message) => {
  const { code, stderr, stdout } = await chat(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(stackTrace);
});

test('in a terminal, Ctrl-C ends the turn and returns the script to where it was, and earlier lines can be recalled', async () => {
  await using terminal = Terminal.open(project, [
    'chat',
    'desk.ts#desk',
    '--script',
    'search.scenario.ts',
    '--filter',
    'slow',
  ]);
  await terminal.until('(Enter sends: Wait.)\r\n');
  await terminal.until('User: ');
  terminal.type('Please wait.\r');
  await terminal.until('[waits]');
  terminal.type(ctrlC);
  await terminal.until('(Stopped. The conversation is back to where it was before this message.)');
  await terminal.until('(Enter sends: Wait.)');
  await terminal.until('User: ');
  terminal.type(up);
  await terminal.until('Please wait.');
  terminal.type('\r');
  await terminal.until('[waits]');
  terminal.type(ctrlC);
  await terminal.until('(Enter sends: Wait.)');
  await terminal.until('User: ');
  terminal.type('/context\r');
  await terminal.until('{}');
  await terminal.until('User: ');
  terminal.type(ctrlD);
  expect(await terminal.code()).toBe(0);
});

test('in a terminal, Ctrl-C clears the line; on an empty line, the second Ctrl-C exits', async () => {
  await using terminal = Terminal.open(project, ['chat', 'desk.ts#desk', ...search]);
  await terminal.until('User: ');
  terminal.type('Half a li');
  await terminal.until('Half a li');
  terminal.type(ctrlC);
  await terminal.until('User: ');
  terminal.type('/context\r');
  await terminal.until('"city": "Skye"');
  await terminal.until('User: ');
  terminal.type(ctrlC);
  await terminal.until('(Ctrl-C again, Ctrl-D or /exit leaves.)');
  await terminal.until('User: ');
  terminal.type(ctrlC);
  expect(await terminal.code()).toBe(0);
});

test('in a terminal, pasted lines are sent one after the other', async () => {
  await using terminal = Terminal.open(project, ['chat', 'desk.ts#desk', ...search]);
  await terminal.until('User: ');
  terminal.type('Where?\rThanks.\r/context\r');
  await terminal.until('Desk: It is here.');
  await terminal.until('User: Thanks.');
  await terminal.until('Night desk: Good night.');
  await terminal.until('User: /context');
  await terminal.until('"found": "A"');
  await terminal.until('User: ');
  terminal.type('/exit\r');
  expect(await terminal.code()).toBe(0);
});

test('in a terminal, a streamed answer is shown in color', async () => {
  await using terminal = Terminal.open(project, ['chat', 'desk.ts#desk', ...search], { NO_COLOR: '' });
  await terminal.until('User: ');
  terminal.type('\r');
  await terminal.until('\u001B[1mDesk\u001B[22m: look_up({"id":"A"})');
  await terminal.until('\u001B[1mDesk\u001B[22m: It is here.');
  await terminal.until('User: ');
  terminal.type('/exit\r');
  expect(await terminal.code()).toBe(0);
});

test('after calls that are not executed, the chat sends no message before their answers', async () => {
  const { stdout, stderr } = await chat(
    ['desk.ts#held', '--script', 'desk.ts', '--filter', 'held'],
    ['', ''],
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('(Stopped before the tools, because executeTools is false.)');
  expect(stdout).toContain(
    '(This message was not sent: the calls before it have no answers, because executeTools is false. /exit leaves.)',
  );
  expect(stdout).not.toContain('There.');
});
