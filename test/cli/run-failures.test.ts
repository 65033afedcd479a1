/** `swarmcheck run` with JSON files: failures that a check saved, and steps written by hand. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkedProject, fixed, savedFiles } from './checked-project.ts';
import { stackTrace, type Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 90_000 });

const steps = (...list: object[]) => JSON.stringify(list);
const hi = { user: 'hi' };
const ok = { say: 'ok' };
const call = (tool: string, args = {}) => ({ calls: [{ tool, args }] });

/** The failure that a check of `desk.ts` saves. */
const refundOfAnybody = {
  version: 1,
  name: 'Triage',
  invariant: 'refunds are for the verified',
  message: 'Refunded to somebody unknown.',
  seed: 1,
  path: '0',
  maxTurns: 20,
  agent: 'desk.ts#checked',
  steps: [hi, call('transfer_to_refunds'), call('issue_refund', { amount: 0 }), ok],
};
const failure = (parts: object = {}) => JSON.stringify({ ...refundOfAnybody, ...parts });

/** Runs files, and checks that no stack trace is printed. */
async function run(project: Project, args: string[], env: Record<string, string> = {}) {
  const result = await project.swarmcheck(['run', ...args], env);
  expect(`${result.stdout}${result.stderr}`).not.toMatch(stackTrace);
  return result;
}

test('a saved failure is reported with its invariant, what happened, and where the invariant threw', async ({
  expect,
}) => {
  await using project = await checkedProject({ 'a.json': failure() });
  expect(await run(project, ['a.json'])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "",
      "stdout": "✗ a.json#desk.ts#checked  Triage: transfer_to_refunds() → Refunds: issue_refund({"amount":0}) ⇒ refunded 0, says “ok” (completed, 3 turns)
        "refunds are for the verified" is broken: Refunded to somebody unknown.
        What happened:
            turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
            turn 1  Triage hands off to Refunds
            turn 2  Refunds: issue_refund({"amount":0}) → refunded 0
            turn 3  Refunds: says "ok"
            ended: completed
        Thrown at desk.ts:28


    1 scenario: 0 passed, 1 failed
    ",
    }
  `);
});

test('saved failures name their agents; once the agents are fixed, each passes with one hash in every play mode', async () => {
  await using project = await checkedProject();
  await project.swarmcheck(['check', 'desk.ts#checked']);
  await project.swarmcheck(['check', 'app.ts']);
  const files = await savedFiles(project);
  expect((await run(project, ['fixtures/failures/*.json'])).stdout).toMatch(
    '2 scenarios: 0 passed, 2 failed',
  );
  const { code, stdout } = await run(project, [...files, '--all-modes'], fixed);
  const [first, second] = stdout.split('\n');
  expect(first).toMatch(/^✓ fixtures\/failures\/app-ts-default-\w+\.json#app\.ts#default {2}/);
  expect(second).toMatch(
    /^✓ fixtures\/failures\/triage-\w+\.json#desk\.ts#checked {2}.*, 4 play modes with the same hash$/,
  );
  expect(code).toBe(0);
  for (const way of [['--stream'], ['--transport', 'http']])
    expect((await run(project, [files[1]!, ...way])).code).toBe(1);
});

test('a failure that is run against another agent is checked with the invariants of that agent', async () => {
  await using project = await checkedProject({
    'a.json': failure({ invariant: 'turns-within-limit' }),
    'other.ts': `import { agent } from './desk.ts';
export const free = { agent, invariants: 'none', always: { 'nothing is refunded': (run) => run.trace.toolCalls.length < 2 } };`,
  });
  const { code, stdout } = await run(project, ['a.json#other.ts#free']);
  expect(stdout).toMatch('✗ a.json#other.ts#free  ');
  expect(stdout).toMatch('"nothing is refunded" is broken: it does not hold (the invariant returned false)');
  expect(code).toBe(1);
});

test('the invariant that a failure was saved for is checked first, even if the export turns it off', async () => {
  await using project = await checkedProject({
    'a.json': JSON.stringify({
      ...refundOfAnybody,
      invariant: 'every-call-answered-once',
      steps: [hi, { calls: [{ tool: 'pay' }, { tool: 'pay' }] }, ok],
    }),
    'other.ts': `import agent from './app.ts';
export default { agent, invariants: 'none', always: { never: () => false } };`,
  });
  const { stdout } = await run(project, ['a.json#other.ts']);
  expect(stdout).toMatch('"every-call-answered-once" is broken: ');
});

test('an invariant that the export does not have is an error with code 2, and what happened is shown', async () => {
  await using project = await checkedProject({ 'a.json': failure() });
  const { code, stdout, stderr } = await run(project, ['a.json#desk.ts#agent']);
  expect(stderr).toContain(
    '✗ a.json: Its steps were saved for the invariant "refunds are for the verified", but desk.ts#agent has no invariant of that name to judge them by. Export the agent with this invariant, and name that export: { agent, always: { "refunds are for the verified": (run) => … } }.\n    What happened:\n        turn 1  Triage: transfer_to_refunds()',
  );
  expect(stdout).toBe('\n0 scenarios: 0 passed, 1 error\n');
  expect(code).toBe(2);
});

test('a saved failure passes if its invariants hold, even if its script no longer fits', async () => {
  await using project = await checkedProject({
    'a.json': failure({ steps: [hi, call('gone'), ok] }),
  });
  expect((await run(project, ['a.json'])).code).toBe(0);
});

test('context variables and maxTurns come from the file, unless the export has its own', async () => {
  const invariant = 'goes-on-until-the-model-is-done';
  const parts = {
    invariant,
    contextVariables: { city: 'Oban' },
    maxTurns: 1,
    steps: [hi, call('where'), ok],
  };
  await using project = await checkedProject({
    'a.json': failure(parts),
    'where.ts': `import { Agent, tool } from 'swarmcheck';
const where = tool({ name: 'where', execute: (_args, { contextVariables }) => 'in ' + contextVariables.city });
export const agent = new Agent({ name: 'Where', functions: [where] });
export const own = { agent, contextVariables: { city: 'Skye' }, maxTurns: 2 };
export const stubbed = { agent, tools: { where: 'nowhere' } };`,
  });
  const told = async (name: string) =>
    (await run(project, [`a.json#where.ts#${name}`])).stdout.split('  ')[1];
  expect(await told('agent')).toBe(
    'Where: where() ⇒ in Oban (cut off by maxTurns, 1 turn)\n\n1 scenario: 1 passed\n',
  );
  expect(await told('own')).toBe(
    'Where: where() ⇒ in Skye, says “ok” (completed, 2 turns)\n\n1 scenario: 1 passed\n',
  );
  expect(await told('stubbed')).toMatch('where() ⇒ nowhere');
});

test('steps written by hand can be played against any agent, and they have to fit', async () => {
  await using project = await checkedProject({
    'fits.json': steps(hi, call('transfer_to_refunds'), ok),
    'odd.json': steps(hi, call('nope'), ok),
    'more.json': `\uFEFF${steps(hi, ok, { say: 'more' })}`,
  });
  const { code, stdout } = await run(project, [
    'fits.json#desk.ts#checked',
    'fits.json#desk.ts#agent',
    'odd.json#desk.ts#agent',
    'more.json#desk.ts#agent',
  ]);
  expect(stdout).toMatch('✓ fits.json#desk.ts#checked  Triage: transfer_to_refunds() → Refunds: says “ok”');
  expect(stdout).toMatch('✓ fits.json#desk.ts#agent  ');
  expect(stdout).toMatch('✗ odd.json#desk.ts#agent  ');
  expect(stdout).toMatch('calls the tool "nope", which the model was not offered');
  expect(stdout).toMatch('✗ more.json#desk.ts#agent  ');
  expect(stdout).toMatch('1 step is left over');
  expect(stdout).not.toMatch('is broken');
  expect(stdout).toMatch('4 scenarios: 2 passed, 2 failed');
  expect(code).toBe(1);
});

test('--filter, --bail and --json also apply to JSON files, which run beside scenarios', async () => {
  await using project = await checkedProject({
    'a.json': failure(),
    'b.json': steps(hi, ok),
    'c.scenario.ts': `import { agent } from './desk.ts';
export default { name: 'c', agent, steps: ${steps(hi, ok)} };`,
  });
  const all = ['a.json', 'b.json#desk.ts#agent', 'c.scenario.ts'];
  const document = JSON.parse((await run(project, [...all, '--json'])).stdout) as {
    scenarios: { name: string; file: string; passed: boolean }[];
  };
  expect(document.scenarios.map(({ name, file, passed }) => [name, file, passed])).toEqual([
    ['c', 'c.scenario.ts', true],
    ['a.json#desk.ts#checked', 'a.json', false],
    ['b.json#desk.ts#agent', 'b.json', true],
  ]);
  expect((await run(project, [...all, '--filter', 'B.JSON'])).stdout).toMatch('1 scenario: 1 passed');
  const bailed = await run(project, ['a.json', 'b.json#desk.ts#agent', '--bail']);
  expect(bailed.stdout).toMatch('1 scenario: 0 passed, 1 failed, the rest was not played (--bail)');
});

test('the names of files and folders can contain "#"', async () => {
  await using project = await checkedProject({ 'c#.json#/d.json': failure({ agent: undefined }) });
  expect((await run(project, ['c#.json#/d.json#desk.ts#checked'])).stdout).toMatch(
    '✗ c#.json#/d.json#desk.ts#checked  ',
  );
});

test.for([
  ['{', 'a.json#desk.ts#agent', '✗ a.json:1: The file ends too early. Correct it.\n'],
  [
    '[\n  { "user": "hi" }\n  { "say": "ho" }\n]',
    'a.json#desk.ts#agent',
    '✗ a.json:3: The file is not valid JSON: there is a mistake at column 3. Correct it.\n',
  ],
  [
    '<<<<<<< HEAD\n',
    'a.json#desk.ts#agent',
    '✗ a.json:1: The file has the markers of a merge conflict. Resolve the conflict.\n',
  ],
  [
    failure({ version: 2 }),
    'a.json',
    '✗ a.json: The file has version 2, but this swarmcheck reads version 1.',
  ],
  [
    '"text"',
    'a.json#desk.ts#agent',
    'It must hold a list of steps, or a saved failure with "version" and "invariant", but holds the string "text".',
  ],
  [
    '{"name":"refund","steps":[]}',
    'a.json#desk.ts#agent',
    '✗ a.json: It must hold a list of steps, or a saved failure with "version" and "invariant", but holds an object with "name", "steps". Steps are a list: [{ "user": "…" }, { "say": "…" }].',
  ],
  ['{"interactions":[]}', 'a.json', '✗ a.json: It is a cassette. Replay it: swarmcheck replay a.json'],
  ['[{"usr":"hi"}]', 'a.json#desk.ts#agent', '✗ a.json: Step 1 (steps[0]) has an unknown field "usr".'],
  [failure({ invariant: 3 }), 'a.json', '✗ a.json: Its "invariant" must be a string, but is the number 3.'],
  [
    steps(hi, ok),
    'a.json',
    'It does not say which agent its steps are for. Name the agent: swarmcheck run a.json#<module>#<export>',
  ],
  [steps(hi, ok), 'a.json#gone.ts#x', '✗ gone.ts: The file does not exist.'],
  [steps(hi, ok), 'a.json#desk.ts#agnt', '✗ desk.ts: It has no export "agnt". Did you mean "agent"?'],
  [steps(hi, ok), 'a.json#wrong.ts', '✗ wrong.ts: checkAgent has no option "runz".'],
  [
    failure({ agent: 'gone.ts#x' }),
    'a.json',
    '✗ a.json: Its agent, gone.ts#x, cannot be loaded. gone.ts: The file does not exist.\n    If the agent has moved, name it: swarmcheck run a.json#<module>#<export>',
  ],
  ['', 'b.json', '✗ b.json: The file does not exist.'],
  ['', 'b*.json#desk.ts#agent', '✗ b*.json: No file matches this pattern.'],
] as const)(
  'a file that cannot be played is reported without a stack trace, with code 2: %s %s',
  async ([text, arg, message]) => {
    await using project = await checkedProject({
      'a.json': text,
      'wrong.ts': `import { agent } from './desk.ts'; export default { agent, runz: 3 };`,
    });
    const { code, stdout, stderr } = await run(project, [arg]);
    expect(stderr).toContain(message);
    expect(stdout).toBe('\n0 scenarios: 0 passed, 1 error\n');
    expect(code).toBe(2);
  },
);

test('an agent outside the working directory is not saved in a file, and is loaded only if the command names it', async () => {
  await using project = await checkedProject();
  await using elsewhere = await checkedProject();
  await elsewhere.swarmcheck(['check', join(project.folder, 'desk.ts#checked')]);
  const [file] = await savedFiles(elsewhere);
  const text = await readFile(join(elsewhere.folder, file!), 'utf8');
  expect(text).not.toContain(project.folder);
  const typed = `${file}#${join(project.folder, 'desk.ts#checked')}`;
  expect((await run(elsewhere, [typed])).code).toBe(1);
  const named = JSON.stringify({ ...(JSON.parse(text) as object), agent: '../elsewhere.ts#checked' });
  await elsewhere.write({ [file!]: named });
  const { code, stderr } = await run(elsewhere, [file!]);
  expect(stderr).toContain('is outside of the working directory, so it is not loaded');
  expect(code).toBe(2);
});
