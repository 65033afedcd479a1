import { afterAll, afterEach, aroundEach } from 'vitest';
import { endMocksOf } from '../wire/mock-model.ts';
import { attributeReports, combined, takeReports } from '../wire/reports.ts';
import { startMocking } from '../wire/start-mocking.ts';
import { beginTest, currentPlace, endTest, within } from './current-test.ts';

// Started here and not in a hook: the test modules, which are loaded next, may create clients.
const mocking = startMocking();
attributeReports(() => currentPlace()?.test);

// Around the test and not before it, so that each of several concurrent tests has its own place.
aroundEach(async (runTest, { task }) => {
  await within({ test: beginTest(task), run: undefined }, runTest);
});

afterEach(({ task }) => {
  const test = beginTest(task);
  const isOwn = (owner: unknown) => owner === test;
  const hasFailed = task.result?.state === 'fail';
  const errors = takeReports(isOwn);
  endTest(task);
  // If the test has failed already, leftovers are a consequence; do not report them.
  endMocksOf(isOwn, !hasFailed && errors.length === 0);
  if (!hasFailed && errors.length > 0) throw combined(errors);
});

afterAll(() => {
  // Mocks that were made outside of tests, or by one of several concurrent tests.
  try {
    endMocksOf(() => true, true);
  } finally {
    mocking.close();
  }
});
