/** The engine keeps the laws about the agents that are there. */
import { expect, test } from 'vitest';
import { graphLaws } from '../graph-laws.ts';
import { broken } from './broken.ts';

test.for(Object.keys(graphLaws))('%s', async (name) => {
  expect(await broken(3, async (one) => await graphLaws[name]!(one))).toBe(undefined);
});
