import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { writeDocsTests } from './scripts/docs.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const source = (file: string) => `${root}src/${file}`;

// Here, and not in a globalSetup: vitest collects the test files before it runs that.
writeDocsTests(root);

export default defineConfig({
  resolve: {
    // The public entries are the sources themselves, as in tsconfig.json: one copy of every module.
    alias: [
      { find: /^swarmcheck$/, replacement: source('index.ts') },
      { find: /^swarmcheck\/(testing|vitest)$/, replacement: source('$1.ts') },
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
    include: ['test/**/*.test.ts', 'scenarios/**/*.test.ts', '.docs-tests/**/*.test.ts'],
    // These belong to the project that scripts/check-package.ts makes.
    exclude: ['test/package/consumer/**'],
  },
});
