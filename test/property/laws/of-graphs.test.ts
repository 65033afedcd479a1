/** The engine keeps the laws about the agents that are there. */
import { test } from 'vitest';
import { graphLaws } from '../graph-laws.ts';
import { assertLaw } from './assert-law.ts';

test.for(Object.keys(graphLaws))('%s', async (name) => {
  await assertLaw(3, async (one) => await graphLaws[name]!(one));
});
