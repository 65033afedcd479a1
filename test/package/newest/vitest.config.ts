import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // As in vitest.config.ts of the repository, for a machine with two cores.
    testTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['{readme,scenarios,scenario,chat}/**/*.test.ts'],
          exclude: ['**/*.mocked.test.ts', 'scenarios/recorded/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'mocked',
          include: [
            '**/*.mocked.test.ts',
            'msw/**/*.test.ts',
            'scenarios/recorded/**/*.test.ts',
            'examples.test.ts',
          ],
          exclude: ['node_modules/**'],
          setupFiles: ['swarmcheck/msw/setup'],
        },
      },
    ],
  },
});
