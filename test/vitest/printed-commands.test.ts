/** The commands in messages select their test, and no other. `npm run test:matrix` does the same with vitest 5. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { commandIn, receivedBy } from '../support/printed-command.ts';
import { runAndReadVitest, type VitestRun } from '../support/run-vitest.ts';

const source = readFileSync(new URL('../package/newest/names.case.ts', import.meta.url), 'utf8');
const environment = { CI: 'true', SWARMCHECK_RECORD: '', OPENAI_API_KEY: '' };
let run: VitestRun;
let commands: string[];

beforeAll(async () => {
  // Nothing is recorded in CI, so each test fails with its command.
  run = await runAndReadVitest(source, { environment });
  commands = [...run.outcomes.values()].map(({ failures }) => commandIn(failures[0]!));
}, 60_000);

test('a shell passes on what the command says, whatever the name of the test', () => {
  expect(commands).toHaveLength(15);
  for (const received of receivedBy(commands))
    expect(received).toEqual(['all', 'vitest', 'run', 'a.case.ts', '-t', expect.any(String)]);
});

test('a command is one line without control characters', () => {
  expect(commands.filter((command) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(command))).toEqual([]);
});

test('the pattern of a command matches the full name of its test only, as vitest 4 and vitest 5 join it', () => {
  const suites = ['outer and "inner"', 'outer', "it's $HOME `date`"];
  const selected = receivedBy(commands).map(([, , , , , pattern]) =>
    [...run.outcomes.keys()].filter((name) => name.match(new RegExp(pattern!))),
  );
  expect(selected).toEqual([...run.outcomes.keys()].map((name) => [name]));
  const joined = [...run.outcomes.keys()].map((name) => {
    const suite = suites.find((one) => name.startsWith(`${one} `));
    if (suite === undefined) return name;
    return `${suite.replace('outer and', 'outer > and')} > ${name.slice(suite.length + 1)}`;
  });
  const selectedIn5 = receivedBy(commands).map(([, , , , , pattern]) =>
    joined.filter((name) => name.match(new RegExp(pattern!))),
  );
  expect(selectedIn5).toEqual(joined.map((name) => [name]));
});

test('vitest runs the test of a command, and no other', async () => {
  const index = [...run.outcomes.keys()].indexOf('outer and "inner" is in both');
  const [mode, , , ...flags] = receivedBy(commands)[index]!;
  const again = await runAndReadVitest(source, {
    environment: { ...environment, SWARMCHECK_RECORD: mode },
    flags,
  });
  const passed = [...again.outcomes].filter(([, { status }]) => status === 'passed').map(([name]) => name);
  expect(passed).toEqual(['outer and "inner" is in both']);
  expect(again.outcomes.size).toBe(run.outcomes.size);
});
