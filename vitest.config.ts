import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { writeDocsTests } from './scripts/docs.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const source = (file: string) => `${root}src/${file}`;

/** Tests of code with its own client. */
const mocked = [
  'test/contract/**/*.test.ts',
  'test/msw/**/*.test.ts',
  'scenarios/{clients,recorded}/**/*.test.ts',
  '.docs-tests/**/*.mocked.test.ts',
];

/**
 * Tests that replace modules, count the modules that a process loads, or send signals. In a shared process they would
 * affect other tests.
 */
const replacing = [
  // Tools that are already loaded also listen to SIGINT, and end the process.
  'test/chat/run-demo-loop.test.ts',
  'test/{engine,script}/without-openai.test.ts',
  'test/engine/{agents,regressions}.test.ts',
  'test/scenario/{modes,http-transport-packages}.test.ts',
  'test/support/property.test.ts',
  'test/trace/hash-cost.test.ts',
  'test/cassette/{answers/timing,modes/closing}.test.ts',
  'test/worker/{endless-module,no-threads,without-piscina}.test.ts',
];
/** Tests that compute for seconds: up to five times slower in a process that ran many other files before, so they share their own. */
const computing = [
  'test/slow/{cassette,mcp}/**/*.test.ts',
  'scenarios/{all,concurrency/ten-thousand}.test.ts',
];
/** These compute for seconds too, with code of their own. */
const property = ['test/property/**/*.test.ts', 'test/slow/{check-agent,invariants,mutants}/**/*.test.ts'];

// Not in a globalSetup: vitest collects the test files before it runs that.
writeDocsTests(root);

export default defineConfig({
  resolve: {
    // The public entries resolve to the sources, as in tsconfig.json: one copy of every module.
    alias: [
      { find: /^swarmcheck$/, replacement: source('index.ts') },
      { find: /^swarmcheck\/(testing|vitest|fast-check|worker|mcp|msw)$/, replacement: source('$1.ts') },
      { find: /^swarmcheck\/msw\/setup$/, replacement: source('vitest/mocking-setup.ts') },
    ],
  },
  plugins: [
    {
      name: 'documentation is executed again when it changes',
      configureServer({ watcher, config }) {
        watcher.on('all', (_event, file) => {
          if (!file.endsWith('.md')) return;
          try {
            writeDocsTests(root);
          } catch (error) {
            config.logger.error(String(error));
          }
        });
      },
    },
  ],
  test: {
    // Tests make many short-lived objects. With a small young generation, a tenth of their time is garbage collection.
    execArgv: ['--max-semi-space-size=64'],
    // By default vitest keeps one core for itself, which is half of a machine with two.
    maxWorkers: '100%',
    // No test waits for real time, so this only ends tests that hang, on a busy machine, too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The projects share what is compiled, and so do later runs.
    experimental: { fsModuleCache: true },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: replacing },
      },
      {
        extends: true,
        test: { name: 'computing', include: computing, isolate: false },
      },
      {
        extends: true,
        test: { name: 'property', include: property, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts', 'scenarios/**/*.test.ts', '.docs-tests/**/*.test.ts'],
          // The last ones belong to the project that scripts/check-package.ts creates.
          exclude: [...mocked, ...replacing, ...computing, ...property, 'test/package/consumer/**'],
          // Most files take longer to load the sources than to run: one process loads them once for many files.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'mocked',
          include: mocked,
          setupFiles: [source('vitest/mocking-setup.ts')],
          isolate: false,
        },
      },
    ],
  },
});
