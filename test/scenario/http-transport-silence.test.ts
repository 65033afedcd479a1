import { afterAll, expect, test, vi } from 'vitest';
import { Agent } from 'swarmcheck';
import { say, user } from 'swarmcheck/testing';
import { playIn, ways } from '../support/ways.ts';

// Before any client is created, because a client keeps the console functions that it finds.
const spies = (['debug', 'info', 'log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
afterAll(() => void vi.restoreAllMocks());

test.for(ways)('nothing is printed, even if OPENAI_LOG is "debug", $name', async (way) => {
  vi.stubEnv('OPENAI_LOG', 'debug');
  for (const kind of ['bad-frame', 'cut'] as const) {
    const fault = { kind, afterChunks: 1, by: 'error' as const };
    const { by: _by, ...frame } = fault;
    const step = say('x', { fault: kind === 'cut' ? { ...fault, kind } : { ...frame, kind } });
    await playIn(way, { agent: new Agent(), steps: [user('hi'), step] });
  }
  vi.unstubAllEnvs();
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});
