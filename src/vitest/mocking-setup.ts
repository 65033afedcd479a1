import { afterAll, afterEach, aroundEach } from 'vitest';
import { endMocksOf } from '../wire/mock-model.ts';
import { attributeReports, combined, takeReports } from '../wire/reports.ts';
import { startMocking } from '../wire/start-mocking.ts';
import { beginTest, currentPlace, endTest, within } from './current-test.ts';

// At once, and not in a hook: the modules of the tests, which are loaded next, may build clients.
const mocking = startMocking();
attributeReports(() => currentPlace()?.test);

// Around the test, and not before it: of several tests at once each is then in a place of its own, whoever made them.
aroundEach(async (runTest, { task }) => {
  await within({ test: beginTest(task), run: undefined }, runTest);
});

afterEach(({ task }) => {
  const test = beginTest(task);
  const isOwn = (owner: unknown) => owner === test;
  const hasFailed = task.result?.state === 'fail';
  const errors = takeReports(isOwn);
  endTest(task);
  // What is left over of a test that failed already is a consequence, not news.
  endMocksOf(isOwn, !hasFailed && errors.length === 0);
  if (!hasFailed && errors.length > 0) throw combined(errors);
});

afterAll(() => {
  // Made outside of tests, or by one of several that ran at once.
  try {
    endMocksOf(() => true, true);
  } finally {
    mocking.close();
  }
});
