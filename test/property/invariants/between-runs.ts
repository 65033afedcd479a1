/** The invariants that need runs of their own, in groups: one test file each, so that they run side by side. */
import { test } from 'vitest';
import { relations, type RelationName } from '../../../src/property/relations.ts';
import { thoroughness } from '../../support/property.ts';
import { assertInvariant } from './assert-invariant.ts';

const overHttp: RelationName[] = ['http-equals-in-process'];
const recorded: RelationName[] = ['replay-equals-recorded'];
const ended: RelationName[] = [
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
  others: (Object.keys(relations) as RelationName[]).filter(
    (name) => ![...overHttp, ...recorded, ...ended].includes(name),
  ),
};

/** Declares the tests of some checks: the engine keeps them, whatever its agents are and whatever the model does. */
export function testChecks(names: RelationName[]): void {
  test.for(names)('%s', { timeout: 120_000 * thoroughness }, async (name) => {
    await assertInvariant(2, async ({ scenario }) => await relations[name](scenario));
  });
}
