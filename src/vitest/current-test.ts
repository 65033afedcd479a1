import { AsyncLocalStorage } from 'node:async_hooks';
import type { Step } from '../script/steps.ts';

/** Something that a test started and has to wait for, such as a run or a stream. */
export interface StartedRun {
  /** Its name in a message: `the run of the agent "Triage"`. */
  readonly what: () => string;
  /** An error whose stack begins where the run was started. */
  readonly error: Error;
  /** The run that started this one, as a tool does that runs other agents. */
  readonly parent: StartedRun | undefined;
  /** Whether the run has ended, and the test waited for it or went on after its end. */
  isDone: () => boolean;
  /** Its promise, whose rejection is ignored once the run has been reported. */
  promise?: Promise<unknown>;
}

/**
 * How an assertion relates to the script of its test. It repeats that the calls were made ('calls') or that the run
 * completed ('end'), or it asserts anything else ('news').
 */
export type NotedAssertion = 'calls' | 'end' | 'news';

/** The state of a running test. */
export interface CurrentTest {
  readonly runs: StartedRun[];
  readonly assertions: NotedAssertion[];
  /** The scripts that the test made with the fixture `script`. */
  readonly scripts: (readonly Step[])[];
  /** The errors of scenarios whose script did not fit. */
  readonly misfits: Error[];
}

/** The test that running code belongs to. `run` is the run of that test that the code is part of, if there is one. */
interface Place {
  readonly test: CurrentTest;
  readonly run: StartedRun | undefined;
}

const places = new AsyncLocalStorage<Place>();
const running = new Map<object, CurrentTest>();

/**
 * Returns the state of a test. The first call creates it, and may come from a fixture or a hook. `task` is Vitest's
 * object for the test.
 */
export function beginTest(task: object): CurrentTest {
  let test = running.get(task);
  if (!test) running.set(task, (test = { runs: [], assertions: [], scripts: [], misfits: [] }));
  return test;
}

/**
 * Attributes the rest of the calling function, and everything that it calls, to this test. A fixture calls
 * `enterTest` before its first await, so that the test function is part of the test.
 */
export function enterTest(test: CurrentTest): void {
  places.enterWith({ test, run: undefined });
}

/** Ends a test. Code of the test that is still running belongs to no test from now on. */
export function endTest(task: object): void {
  running.delete(task);
}

/**
 * The test and the run that the calling code belongs to. If a `beforeEach` hook was the first to use the fixture, the
 * information is lost in the test function. In that case the only running test is returned, or undefined if several
 * run.
 */
export function currentPlace(): Place | undefined {
  const place = places.getStore();
  if (place && [...running.values()].includes(place.test)) return place;
  const [test, another] = running.values();
  return test && !another ? { test, run: undefined } : undefined;
}

/** Calls a function so that everything it does is attributed to the given test and run. */
export function within<T>(place: Place, call: () => T): T {
  return places.run(place, call);
}
