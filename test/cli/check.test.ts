/** `swarmcheck check`: plays generated scripts against the export of a module. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkedProject, commandIn, fixed, savedFiles } from './checked-project.ts';
import { stackTrace } from './swarmcheck.ts';
import { Terminal } from './terminal.ts';

vi.setConfig({ testTimeout: 90_000 });

test('a broken invariant is reported with the smallest script, with code 1', async ({ expect }) => {
  await using project = await checkedProject();
  const { code, stdout, stderr } = await project.swarmcheck(['check', 'desk.ts#checked']);
  expect(
    stdout
      .replaceAll(/[\da-f]{8}(?=\.json)/g, '…')
      .replace(/--path [\d:]+/, '--path …')
      .replace(/ of \d+ steps/, ' of … steps'),
  ).toMatchInlineSnapshot(`
    "✗ desk.ts#checked  "refunds are for the verified" was broken: Refunded to somebody unknown.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"amount":0}) → refunded 0
        turn 3  Refunds: says "ok"
        ended: completed
    Smallest script (4 of … steps, saved to fixtures/failures/triage-….json):
      user('hi'),
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { amount: 0 }),
      say('ok'),
    Again:
      npx swarmcheck run fixtures/failures/triage-….json#desk.ts#checked
      npx swarmcheck check desk.ts#checked --seed 1 --path …
    "
  `);
  expect([code, stderr]).toEqual([1, '']);
});

test('the printed command plays the saved failure, which fails until the agent is fixed', async () => {
  await using project = await checkedProject();
  const { stdout } = await project.swarmcheck(['check', './desk.ts#checked']);
  const again = commandIn(stdout);
  expect(again[1]).toBe(`${(await savedFiles(project))[0]}#desk.ts#checked`);
  const broken = await project.swarmcheck(again);
  expect(broken.stdout).toMatch(
    '"refunds are for the verified" is broken: Refunded to somebody unknown.\n    What happened:',
  );
  expect(broken.code).toBe(1);
  expect(await project.swarmcheck(again, fixed)).toMatchObject({ code: 0, stderr: '' });
});

test('a saved failure is played first, and is counted in the report once it passes', async () => {
  await using project = await checkedProject();
  await project.swarmcheck(['check', 'desk.ts#checked']);
  const again = await project.swarmcheck(['check', 'desk.ts#checked', '--seed', '5']);
  expect(again.stdout).toMatch(
    `✗ desk.ts#checked  "refunds are for the verified" is still broken by the saved failure`,
  );
  expect(await savedFiles(project)).toHaveLength(1);
  const { code, stdout } = await project.swarmcheck(['check', 'desk.ts#checked'], fixed);
  expect(stdout).toMatch(
    /^✓ desk\.ts#checked {2}200 runs, seed 1: no invariant was broken\n {2}1 saved failure played first: it no longer fails\n {2}a refund is asked for: in \d+ runs\n$/,
  );
  expect(code).toBe(0);
});

test.for(['agent', 'triage', 'checked'])(
  'an agent, a factory and an object with options can be checked: %s',
  async (name) => {
    await using project = await checkedProject();
    const { code, stdout } = await project.swarmcheck(['check', `desk.ts#${name}`, '--runs', '20'], fixed);
    expect(stdout).toMatch(`✓ desk.ts#${name}  20 runs, seed 1: no invariant was broken\n`);
    expect(code).toBe(0);
  },
);

test('an app of another SDK can be checked, and the only export of a module needs no name', async () => {
  await using project = await checkedProject();
  const { code, stdout } = await project.swarmcheck(['check', 'app.ts']);
  expect(stdout).toMatch('✗ app.ts#default  "every-call-answered-once" was broken: ');
  expect(code).toBe(1);
  const again = commandIn(stdout);
  expect(again[1]).toMatch(/^fixtures\/failures\/app-ts-default-[\da-f]{8}\.json#app\.ts#default$/);
  expect((await project.swarmcheck(again)).code).toBe(1);
  expect((await project.swarmcheck(again, fixed)).code).toBe(0);
});

test('the only function that a module exports needs no name', async () => {
  await using project = await checkedProject({
    'one.ts': `import { Agent } from 'swarmcheck';
export const limit = 3;
export const make = () => new Agent({ name: 'One' });`,
  });
  const { stdout } = await project.swarmcheck(['check', 'one.ts', '--runs', '3']);
  expect(stdout).toMatch('✓ one.ts#make  3 runs, seed 1: no invariant was broken\n');
});

test('options of the command line override the options of the export, and --time ends the check', async () => {
  await using project = await checkedProject({
    'slow.ts': `import { Agent } from 'swarmcheck';
export default { agent: () => new Agent({ name: 'Slow' }), runs: 1_000_000, seed: 3, maxDurationMs: 600_000 };`,
  });
  const seeded = await project.swarmcheck(['check', 'slow.ts', '--runs', '10', '--seed', '-9']);
  expect(seeded.stdout).toMatch('10 runs, seed -9: no invariant was broken\n');
  const timed = await project.swarmcheck(['check', 'slow.ts', '--time', '.5']);
  expect(timed.stdout).toMatch(/ {2}\d+ of 1000000 runs, seed 3: no invariant was broken\n/);
  expect(timed.code).toBe(0);
});

test('--path plays only the script that it leads to', async () => {
  await using project = await checkedProject();
  const { stdout } = await project.swarmcheck(['check', 'desk.ts#checked']);
  const path = /--path ([\d:]+)/.exec(stdout)![1]!;
  const again = await project.swarmcheck(['check', 'desk.ts#checked', '--path', path]);
  expect(again.stdout).toMatch('"refunds are for the verified" was broken');
  // The same agent, without the invariant.
  expect(await project.swarmcheck(['check', 'desk.ts#triage', '--path', path])).toEqual({
    code: 0,
    stderr: '',
    stdout: `✓ desk.ts#triage  1 run, seed 1, path ${path}: no invariant was broken\n`,
  });
});

test('--json prints one document, whether the check fails or passes', async () => {
  await using project = await checkedProject({
    'chatty.ts': `export { checked } from './desk.ts'; console.log('loaded');`,
  });
  const failed = await project.swarmcheck(['check', 'chatty.ts', '--json']);
  const document = JSON.parse(failed.stdout) as { runs: number; failure: { steps: unknown[] } };
  const [file] = await savedFiles(project);
  expect(document).toEqual({
    version: 1,
    name: 'chatty.ts#checked',
    passed: false,
    runs: expect.any(Number),
    seed: 1,
    failure: {
      invariant: 'refunds are for the verified',
      message: expect.stringContaining('Refunded to somebody unknown.'),
      seed: 1,
      path: expect.stringMatching(/^\d/),
      steps: [
        { user: 'hi' },
        { calls: [{ tool: 'transfer_to_refunds' }] },
        { calls: [{ tool: 'issue_refund', args: { amount: 0 } }] },
        { say: 'ok' },
      ],
      source: expect.stringContaining("import { checked } from './chatty.ts';"),
      file,
    },
  });
  expect(document.runs).toBeGreaterThan(0);
  const saved = JSON.parse(await readFile(join(project.folder, file!), 'utf8')) as object;
  expect(saved).toMatchObject({ agent: 'chatty.ts#checked', steps: document.failure.steps });
  const passed = await project.swarmcheck(['check', 'chatty.ts', '--json', '--runs', '50'], fixed);
  expect(JSON.parse(passed.stdout)).toEqual({
    version: 1,
    name: 'chatty.ts#checked',
    passed: true,
    runs: 50,
    seed: 1,
    saved: 1,
    sometimes: { 'a refund is asked for': expect.any(Number) },
    coverage: expect.objectContaining({
      tools: expect.arrayContaining([
        expect.objectContaining({ agent: 'Refunds', tool: 'verify', ok: expect.any(Number) }),
      ]),
    }),
  });
  expect([failed.code, passed.code]).toEqual([1, 0]);
});

test('a "sometimes" that never happened is a failure without a script', async () => {
  await using project = await checkedProject({
    'never.ts': `import { Agent } from 'swarmcheck';
export default { agent: new Agent({ name: 'Never' }), sometimes: { 'it rains': () => false } };`,
  });
  const { code, stdout } = await project.swarmcheck(['check', 'never.ts', '--runs', '5']);
  expect(stdout).toMatch('✗ never.ts#default  "it rains" never happened in 5 runs');
  expect(code).toBe(1);
  expect(await savedFiles(project)).toEqual([]);
});

test('tools that never succeeded are shown in a table, with a remedy', async () => {
  await using project = await checkedProject({
    'hotel.ts': `import { Agent, tool } from 'swarmcheck';
const room = { type: 'object', properties: { room: { type: 'integer' } }, required: ['room'] };
const book = tool({ name: 'book_room', parameters: room, execute() { throw new Error('There is none.'); } });
export default () => new Agent({ name: 'Desk', functions: [book, tool({ name: 'rooms', execute: () => 'None.' })] });`,
  });
  const { code, stdout } = await project.swarmcheck(['check', 'hotel.ts', '--runs', '60']);
  expect(stdout).toMatchInlineSnapshot(`
    "✓ hotel.ts#default  60 runs, seed 1: no invariant was broken
      agent · tool      calls  ok  invalid-arguments  invalid-json  threw
      Desk · book_room    154   0                 10             3    141
      Desk · rooms        100  84                  7             9      0
      The tool "book_room" of "Desk" never succeeded in 154 calls (threw: 141, invalid-arguments: 10, invalid-json: 3), so nothing behind it was tested. Give it arguments that work: values: { book_room: { room: [...] } }.
    "
  `);
  expect(code).toBe(0);
});

test('an uncaught error is reported once, with its place, and fails the check', async () => {
  await using project = await checkedProject({
    'stray.ts': `import { Agent, tool } from 'swarmcheck';
const lost = tool({ name: 'lost', execute: () => {
  Promise.reject(new Error('lost'));
  return 'found';
} });
export default () => new Agent({ name: 'Stray', functions: [lost] });`,
  });
  const { code, stdout, stderr } = await project.swarmcheck(['check', 'stray.ts', '--runs', '20']);
  expect(stdout).toMatch(
    /^✗ stray\.ts#default {2}20 runs, seed 1: no invariant was broken, but:\n {2}\d+ equal errors were thrown and not caught: lost\. Is an "await" missing\? Thrown at stray\.ts:3\n$/,
  );
  expect([code, stderr]).toEqual([1, '']);
});

test('in a terminal, one line shows the progress and is cleared at the end', async () => {
  await using project = await checkedProject();
  await using terminal = Terminal.open(project, ['check', 'desk.ts#checked', '--runs', '300'], fixed);
  expect(await terminal.code()).toBe(0);
  const [progress, ...told] = terminal.screen.replaceAll('\r\u001B[K', '<again>').split('<again>✓');
  expect(progress).toMatch(/^<again> {2}\d+ of 300 runs, \d+\.\d s \(\d+%\)<again>/);
  expect(progress).toMatch(/<again> {2}300 of 300 runs, \d+\.\d s \(100%\)$/);
  expect(progress).not.toMatch('\n');
  expect(told).toEqual([
    expect.stringMatching(
      /^ desk\.ts#checked {2}300 runs, seed 1: no invariant was broken\r\n {2}a refund is asked for: in \d+ runs\r\n$/,
    ),
  ]);
});

test('without fast-check, it says how to install it, and steps can still be run', async () => {
  await using project = await checkedProject({
    'without.mjs': `import { register } from 'node:module';
const hook = \`export async function resolve(specifier, context, next) {
  if (specifier !== 'fast-check') return next(specifier, context);
  throw Object.assign(new Error("Cannot find package 'fast-check'"), { code: 'ERR_MODULE_NOT_FOUND' });
}\`;
register('data:text/javascript,' + encodeURIComponent(hook));`,
  });
  const without = { NODE_OPTIONS: '--import ./without.mjs' };
  expect(await project.spawnSwarmcheck(['check', 'desk.ts#agent'], without)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      '✗ swarmcheck check: Checking an agent requires the package "fast-check". Install it: npm install --save-dev fast-check\n',
  });
  await project.write({ 'steps.json': '[{ "user": "hi" }, { "say": "ok" }]' });
  expect((await project.spawnSwarmcheck(['run', 'steps.json#desk.ts#agent'], without)).code).toBe(0);
});

const wrong = `
import { Agent, tool } from 'swarmcheck';
const agent = new Agent({ name: 'Desk' });
export const misspelt = { agent, runz: 3 };
export const number = 3;
export class Desk {}
export const scenario = { agent, steps: [] };
export const nothing = () => undefined;
export const broken = () => { throw new Error('no database'); };
export const ends = new Agent({ functions: [tool({ name: 'end', execute: () => process.exit(0) })] });
`;

test.for([
  [[], "missing required argument 'module#export'"],
  [['gone.ts'], '✗ gone.ts: The file does not exist.\n'],
  [['desks.ts#agent'], '✗ desks.ts: The file does not exist. Did you mean "desk.ts"?\n'],
  [['lib/desk.ts'], '✗ lib/desk.ts: The file does not exist, because the folder "lib" does not exist.\n'],
  [
    ['fixtures/failures/*.json'],
    '✗ fixtures/failures/*.json: This is a JSON file, but check takes a module, as <module>#<export>. Play saved steps: swarmcheck run fixtures/failures/*.json\n',
  ],
  [['wrong.ts'], '✗ wrong.ts: Name the export to use: wrong.ts#<name>. Its exports: Desk is the'],
  [['wrong.ts#nmber'], '✗ wrong.ts: It has no export "nmber". Did you mean "number"?'],
  [
    ['wrong.ts#number'],
    'The export "number" must be an Agent, a function that makes one, an externalAgent, or {',
  ],
  [['wrong.ts#scenario'], 'The export "scenario" is a scenario, which has a script of its own.'],
  [['wrong.ts#misspelt'], '✗ wrong.ts: checkAgent has no option "runz". Did you mean "runs"?'],
  [['wrong.ts#nothing'], 'must return an Agent, but returned undefined'],
  [['wrong.ts#broken'], 'The app never asked its model, so nothing can be checked: Error: no database'],
  [
    ['wrong.ts#ends'],
    'The check of wrong.ts#ends ended the process (process.exit) before swarmcheck was done.',
  ],
  [['desk.ts#agent', '--runs', '0'], 'It must be a whole number above 0.'],
  [['desk.ts#agent', '--seed', '3000000000'], 'It must be a 32-bit whole number, such as 42.'],
  [['desk.ts#agent', '--time', '3000000'], 'It must be a number of seconds above 0, such as 30 or 0.5.'],
  [['desk.ts#agent', '--path', 'a'], 'It must be a path from a failure message, such as 4:0:1.'],
  [['desk.ts#agent', '--path', '0:9:9:9:9'], "The path '0:9:9:9:9' does not lead to a script."],
] as const)('a usage error has code 2 and no stack trace: %s', async ([args, message]) => {
  await using project = await checkedProject({ 'wrong.ts': wrong });
  const endsProcess = args[0] === 'wrong.ts#ends';
  const { code, stdout, stderr } = await project[endsProcess ? 'spawnSwarmcheck' : 'swarmcheck']([
    'check',
    ...args,
  ]);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(stackTrace);
  expect([code, stdout]).toEqual([2, '']);
});

test('a damaged saved failure is reported, with code 2', async () => {
  await using project = await checkedProject();
  await project.swarmcheck(['check', 'desk.ts#checked']);
  const [file] = await savedFiles(project);
  await project.write({ [file!]: '{' });
  const { code, stderr } = await project.swarmcheck(['check', 'desk.ts#checked']);
  expect(stderr).toContain(`${file}:1: The file ends too early. Correct it, or remove the file`);
  expect(code).toBe(2);
});
