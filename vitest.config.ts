import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The public entries are the sources themselves, as in tsconfig.json: one copy of every module.
    alias: [
      { find: /^swarmcheck$/, replacement: source('index.ts') },
      { find: /^swarmcheck\/(testing|vitest)$/, replacement: source('$1.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'scenarios/**/*.test.ts'],
  },
});
