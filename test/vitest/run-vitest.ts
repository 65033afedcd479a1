import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What became of one test. */
export interface TestOutcome {
  status: string;
  /** One for each time that it was told to have failed. */
  failures: string[];
}

/** Runs a file of tests in a vitest of its own, and says what became of each, by its full name. */
export async function runVitest(source: string): Promise<Map<string, TestOutcome>> {
  return (await runAndReadVitest(source)).outcomes;
}

/** The same, with what was printed. */
export async function runAndReadVitest(
  source: string,
  { environment = {}, flags = [] }: { environment?: NodeJS.ProcessEnv; flags?: string[] } = {},
): Promise<{ outcomes: Map<string, TestOutcome>; printed: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmcheck-vitest-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'a.case.ts'), source);
    await writeFile(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(configOf(folder))};`);
    const printed = await printedBy(folder, flags, { ...cleanEnvironment(), ...environment });
    const report = await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
    if (report === undefined) throw new Error(`vitest gave no report. ${printed}`);
    return { outcomes: outcomesIn(report), printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The public entries are the sources themselves, as in the repository's own tests. */
function configOf(folder: string): object {
  const source = (file: string) => join(root, 'src', file);
  return {
    cacheDir: join(folder, '.cache'),
    resolve: {
      alias: {
        'swarmcheck/testing': source('testing.ts'),
        'swarmcheck/vitest': source('vitest.ts'),
        swarmcheck: source('index.ts'),
      },
    },
    test: { include: ['*.case.ts'] },
  };
}

function printedBy(folder: string, flags: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const cli = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', '--outputFile.json=report.json'];
  return new Promise((resolve) => {
    // A run with failures ends with code 1, which is no failure of ours: only the report counts.
    execFile(
      process.execPath,
      [cli, 'run', ...reporters, ...flags],
      { cwd: folder, env },
      (_error, stdout, stderr) => resolve(stripVTControlCharacters(stdout + stderr)),
    );
  });
}

/** Without what this vitest tells its own workers. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_V8)/.test(name)),
  );
}

function outcomesIn(json: string): Map<string, TestOutcome> {
  const { testResults } = JSON.parse(json) as {
    testResults: { message: string; assertionResults: AssertionResult[] }[];
  };
  const outcomes = new Map<string, TestOutcome>();
  for (const { message, assertionResults } of testResults) {
    if (assertionResults.length === 0) throw new Error(`No test was run: ${message}`);
    for (const { fullName, status, failureMessages } of assertionResults)
      outcomes.set(fullName, { status, failures: failureMessages });
  }
  return outcomes;
}

interface AssertionResult {
  fullName: string;
  status: string;
  failureMessages: string[];
}
