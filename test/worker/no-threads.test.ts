import type { Piscina } from 'piscina';
import { workerTool } from 'swarmcheck/worker';
import { expect, test, vi } from 'vitest';
import { called } from '../support/called.ts';

// A pool whose threads end before they start, as on a machine that cannot start threads.
vi.mock('piscina', async (original) => {
  const real = await original<{ Piscina: typeof Piscina }>();
  class Broken extends real.Piscina {
    constructor(options: ConstructorParameters<typeof Piscina>[0]) {
      super({ ...options, execArgv: ['--require', './there-is-no-such-file.cjs'] });
    }
  }
  return { ...real, Piscina: Broken };
});

test('calls do not wait for threads that cannot start', async () => {
  const square = workerTool(new URL('./modules/tools.ts', import.meta.url), 'square');
  for (let call = 1; call <= 3; call++) {
    expect(await called([square], 'square')).toMatchObject({
      content: expect.stringMatching(
        /^Error: Tool square failed: Its worker thread could not be started: Cannot find module '.\/there-is-no-such-file.cjs'/,
      ) as string,
      error: 'threw',
    });
  }
});
