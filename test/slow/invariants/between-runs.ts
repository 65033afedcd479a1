/** The relations between runs, in groups. Each group has its own test file, so that they run in parallel. */
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

/** The relations by group. Each relation is in exactly one group. */
export const groups = {
  overHttp,
  recorded,
  ended,
  others: (Object.keys(relations) as RelationName[]).filter(
    (name) => ![...overHttp, ...recorded, ...ended].includes(name),
  ),
};

/** Declares a test for each of these relations: it holds for all generated agents and scripts. */
export function testChecks(names: RelationName[]): void {
  test.for(names)('%s', { timeout: 120_000 * thoroughness }, async (name) => {
    await assertInvariant(2, async ({ scenario }) => await relations[name](scenario));
  });
}
