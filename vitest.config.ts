import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { writeDocsTests } from './scripts/docs.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const source = (file: string) => `${root}src/${file}`;

/** Tests whose code has clients of its own. */
const mocked = [
  'test/contract/**/*.test.ts',
  'test/msw/**/*.test.ts',
  'scenarios/{clients,recorded}/**/*.test.ts',
  '.docs-tests/**/*.mocked.test.ts',
];

// Here, and not in a globalSetup: vitest collects the test files before it runs that.
writeDocsTests(root);

export default defineConfig({
  resolve: {
    // The public entries are the sources themselves, as in tsconfig.json: one copy of every module.
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
    // Of a machine with two cores and a test for each file at once; nothing here waits for time itself.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts', 'scenarios/**/*.test.ts', '.docs-tests/**/*.test.ts'],
          // The latter belong to the project that scripts/check-package.ts makes.
          exclude: [...mocked, 'test/package/consumer/**'],
        },
      },
      {
        extends: true,
        test: { name: 'mocked', include: mocked, setupFiles: [source('vitest/mocking-setup.ts')] },
      },
    ],
  },
});
