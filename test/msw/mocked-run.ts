import type { TestOutcome } from '../support/run-vitest.ts';

/**
 * A setup file that stands beneath the guard: what the guard lets through goes no further than this. So nothing leaves the
 * machine while it is tested, whatever is wrong with it.
 */
export const noNetwork = `
import { Socket } from 'node:net';

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [{ host, port, path }] = args.flat();
  const isHere = path !== undefined || host === undefined || host === 'localhost' || host.startsWith('127.');
  if (isHere && typeof args.flat()[0] === 'object') return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error('let through to ' + host + ':' + port)));
  return this;
};
`;

/** What became of a test, and what it was told, without stacks. */
export function toldOf(
  outcomes: ReadonlyMap<string, TestOutcome>,
  name: string,
): [status: string | undefined, ...told: string[]] {
  const outcome = outcomes.get(name);
  return [outcome?.status, ...(outcome?.failures ?? []).map((message) => message.split('\n    at ')[0]!)];
}
