/** The engine keeps the invariants about agents. */
import { test } from 'vitest';
import { graphInvariants } from './graph-invariants.ts';
import { assertInvariant } from './assert-invariant.ts';

test.for(Object.keys(graphInvariants))('%s', async (name) => {
  await assertInvariant(3, async (one) => await graphInvariants[name]!(one));
});
