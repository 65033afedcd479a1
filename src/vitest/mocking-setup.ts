import { afterAll, afterEach, aroundEach } from 'vitest';
import { endMocksOf } from '../wire/mock-model.ts';
import { loadMocking } from '../wire/load-mocking.ts';
import { attributeReports, combined, takeReports } from '../wire/reports.ts';
import { beginTest, currentPlace, endTest, within } from './current-test.ts';
import { throwHiddenMisfit } from './played-scripts.ts';

// Mocking starts here and not in a hook, because the test modules are loaded next, and may create clients.
const { startMocking } = await loadMocking();
const mocking = startMocking();
attributeReports(() => currentPlace()?.test);

// `aroundEach` and not `beforeEach`, so that code is attributed to its own test even if several tests run
// concurrently.
aroundEach(async (runTest, { task }) => {
  await within({ test: beginTest(task), run: undefined }, runTest);
});

afterEach(({ task }) => {
  const test = beginTest(task);
  const isOwn = (owner: unknown) => owner === test;
  const hasFailed = task.result?.state === 'fail';
  const errors = takeReports(isOwn);
  endTest(task);
  // If the test has failed already, unused steps are a consequence. They are not reported.
  const mistakes = endMocksOf(isOwn, !hasFailed && errors.length === 0);
  if (hasFailed) throwHiddenMisfit(mistakes, task.result?.errors ?? []);
  else if (errors.length > 0) throw combined(errors);
});

afterAll(() => {
  // Ends the mocks whose test is not known: they were made outside of tests, or while several tests ran concurrently.
  try {
    endMocksOf(() => true, true);
  } finally {
    mocking.close();
  }
});
