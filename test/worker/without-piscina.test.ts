import { workerTool } from 'swarmcheck/worker';
import { expect, test, vi } from 'vitest';
import { called } from '../support/called.ts';

vi.mock('piscina', () => {
  throw new Error('Cannot find package "piscina"');
});

test('without piscina, a call is an error with the command that installs it', async () => {
  const square = workerTool(new URL('./modules/tools.ts', import.meta.url), 'square');
  expect(await called([square], 'square')).toMatchObject({
    content:
      'Error: Tool square failed: A tool in a worker thread needs the package "piscina". Install it: npm install piscina',
    error: 'threw',
  });
});
