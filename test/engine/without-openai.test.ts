import { expect, test, vi } from 'vitest';
import { openaiProvider } from 'swarmcheck';
import { bothWays } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

vi.mock('openai', () => {
  throw new Error('Cannot find package "openai"');
});

// While the factory of a mock runs, another import gets the real module, so these tests run one at a time.
test.sequential.for(bothWays)(
  'without the package openai, a live model is refused with the command that installs it, %s',
  async ([, run]) => {
    const error = await rejectedWith(run({ provider: openaiProvider({ apiKey: 'none' }) }));
    expect(error).toMatchObject({
      name: 'MissingPackageError',
      where: 'A live model',
      package: 'openai',
      command: 'npm install openai',
      message: 'A live model needs the package "openai". Install it: npm install openai',
    });
  },
);
