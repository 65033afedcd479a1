/** The invariants that need runs of their own, in groups: one test file each, so that they run side by side. */
import { test } from 'vitest';
import { checks, type CheckName } from '../../../src/property/checks/checks.ts';
import { thoroughness } from '../../support/property.ts';
import { assertInvariant } from './assert-law.ts';

const overHttp: CheckName[] = ['http-equals-in-process'];
const recorded: CheckName[] = ['replay-equals-recorded'];
const ended: CheckName[] = [
  'cut-and-resumed-equals-uninterrupted',
  'interrupted-and-resumed-equals-uninterrupted',
  'fewer-turns-is-a-prefix',
  'aborted-run-stops',
  'abandoned-stream-stops',
  'failed-run-is-a-prefix',
];

/** Every check is in exactly one group. */
export const groups = {
  overHttp,
  recorded,
  ended,
  others: (Object.keys(checks) as CheckName[]).filter(
    (name) => ![...overHttp, ...recorded, ...ended].includes(name),
  ),
};

/** Declares the tests of some checks: the engine keeps them, whatever its agents are and whatever the model does. */
export function testChecks(names: CheckName[]): void {
  test.for(names)('%s', { timeout: 120_000 * thoroughness }, async (name) => {
    await assertInvariant(2, async ({ scenario }) => await checks[name](scenario));
  });
}
