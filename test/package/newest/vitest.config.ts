import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'all',
          include: ['readme/**/*.test.ts', 'scenarios/**/*.test.ts'],
          exclude: ['**/*.mocked.test.ts', 'scenarios/recorded/**'],
        },
      },
      {
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
