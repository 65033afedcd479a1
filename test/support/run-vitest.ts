import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { builtPackage } from './built-package.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The result of one test. */
export interface TestOutcome {
  status: string;
  /** One message for each failure that Vitest reported. */
  failures: string[];
}

/** The settings of a Vitest process. */
export interface VitestSetting {
  environment?: NodeJS.ProcessEnv;
  flags?: string[];
  /** Files beside the test file, by name: modules that it imports, or more test files (`b.case.ts`). */
  files?: Record<string, string>;
  /** Names of such files, or `swarmcheck/msw/setup` for the setup file of the package. */
  setupFiles?: string[];
}

/** The results of the tests by their full names, the failures of files, and the output. */
export interface VitestRun {
  outcomes: Map<string, TestOutcome>;
  /** Failures of a file that belong to none of its tests, by the name of the file. */
  fileFailures: Map<string, string>;
  printed: string;
}

/** Runs a test file in a Vitest process of its own. Returns the result of each test by its full name. */
export async function runVitest(source: string, setting?: VitestSetting): Promise<Map<string, TestOutcome>> {
  return (await runAndReadVitest(source, setting)).outcomes;
}

/** The same, with the failures of files and the output. */
export async function runAndReadVitest(
  source: string,
  { environment = {}, flags = [], files = {}, setupFiles = [] }: VitestSetting = {},
): Promise<VitestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmcheck-vitest-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const config = `export default ${JSON.stringify(configOf(folder, setupFiles))};`;
    const all = { ...files, 'a.case.ts': source, 'vitest.config.mjs': config };
    for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
    const printed = await printedBy(folder, flags, { ...cleanEnvironment(), ...environment });
    const report = await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
    if (report === undefined) throw new Error(`vitest gave no report. ${printed}`);
    return { ...outcomesIn(report), printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Maps the public entries to the built package, so that no process has to compile the sources. */
function configOf(folder: string, setupFiles: readonly string[]): object {
  const entry = (file: string) => join(builtPackage(), 'dist', file);
  // The longest name first: an alias also replaces the beginning of longer names.
  const alias: Record<string, string> = {
    'swarmcheck/msw/setup': entry('vitest/mocking-setup.js'),
    'swarmcheck/msw': entry('msw.js'),
    'swarmcheck/testing': entry('testing.js'),
    'swarmcheck/vitest': entry('vitest.js'),
    swarmcheck: entry('index.js'),
  };
  return {
    cacheDir: join(folder, '.cache'),
    resolve: { alias },
    test: {
      include: ['*.case.ts'],
      pool: 'threads',
      setupFiles: setupFiles.map((file) => alias[file] ?? join(folder, file)),
    },
  };
}

function printedBy(folder: string, flags: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const cli = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', '--outputFile.json=report.json'];
  return new Promise((resolve) => {
    // Vitest exits with code 1 if a test fails. That is expected: only the report counts.
    execFile(
      process.execPath,
      [cli, 'run', ...reporters, ...flags],
      { cwd: folder, env },
      (_error, stdout, stderr) => resolve(stripVTControlCharacters(stdout + stderr)),
    );
  });
}

/** The environment, without the variables that Vitest sets for its own workers. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_V8)/.test(name)),
  );
}

function outcomesIn(json: string): Pick<VitestRun, 'outcomes' | 'fileFailures'> {
  const { testResults } = JSON.parse(json) as {
    testResults: { name: string; message: string; assertionResults: AssertionResult[] }[];
  };
  const outcomes = new Map<string, TestOutcome>();
  const fileFailures = new Map<string, string>();
  for (const { name, message, assertionResults } of testResults) {
    if (assertionResults.length === 0) throw new Error(`No test was run: ${message}`);
    if (message !== '') fileFailures.set(basename(name), message);
    for (const { fullName, status, failureMessages } of assertionResults)
      outcomes.set(fullName, { status, failures: failureMessages });
  }
  return { outcomes, fileFailures };
}

interface AssertionResult {
  fullName: string;
  status: string;
  failureMessages: string[];
}

/**
 * A setup file that blocks connections beneath the network guard. A connection that the guard lets through fails
 * here, so that nothing leaves the machine even if the guard is broken.
 */
export const noNetwork = `
import { Socket } from 'node:net';

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [{ host, port, path }] = args.flat();
  const isHere = path !== undefined || host === undefined || host === 'localhost' || host.startsWith('127.');
  if (isHere && typeof args.flat()[0] === 'object') return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error('let through to ' + host + ':' + port)));
  return this;
};
`;

/** The status of a test, and the messages of its failures without stacks. */
export function toldOf(
  outcomes: ReadonlyMap<string, TestOutcome>,
  name: string,
): [status: string | undefined, ...told: string[]] {
  const outcome = outcomes.get(name);
  return [outcome?.status, ...(outcome?.failures ?? []).map((message) => message.split('\n    at ')[0]!)];
}
