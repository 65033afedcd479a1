import { workerTool } from 'swarmcheck/worker';
import { expect, test, vi } from 'vitest';
import type * as timeLimit from '../../src/worker/thread-timer.ts';
import { called } from '../support/called.ts';

// The time limit of a minute for loading a module is shortened.
vi.mock('../../src/worker/thread-timer.ts', async (original) => {
  const { ThreadTimer } = await original<typeof timeLimit>();
  class Hasty extends ThreadTimer {
    override begin(ms: number, onEnd: () => void) {
      super.begin(ms === 60_000 ? 300 : ms, onEnd);
    }
  }
  return { ThreadTimer: Hasty };
});

test('a module that never finishes loading is an error of the call', async () => {
  const tool = workerTool(new URL('./modules/endless.ts', import.meta.url), 'never_there');
  expect(await called([tool], 'never_there')).toMatchObject({
    content:
      'Error: Tool never_there failed: Its module test/worker/modules/endless.ts was not loaded within 60000 ms.',
    error: 'threw',
  });
});
