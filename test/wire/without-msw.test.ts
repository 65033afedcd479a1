import { expect, test, vi } from 'vitest';
import { messageOf } from '../support/failures.ts';

vi.mock('msw', () => {
  throw new Error('Cannot find package "msw"');
});

test('without msw, the error of the setup file has the command that installs it', async () => {
  expect(await messageOf(() => import('../../src/vitest/mocking-setup.ts'))).toBe(
    'The setup file "swarmcheck/msw/setup" needs the package "msw". Install it: npm install --save-dev msw',
  );
});
