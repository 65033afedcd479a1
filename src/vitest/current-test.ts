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
  /** Whether the test has certainly waited for it, or could have seen its result. */
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
  /** The scripts that it made with the fixture. */
  readonly scripts: (readonly Step[])[];
  /** The errors of scenarios whose script did not fit. */
  readonly misfits: Error[];
}

/** The test that code belongs to, and the run that the test started, if the code is part of one. */
interface Place {
  readonly test: CurrentTest;
  readonly run: StartedRun | undefined;
}

const places = new AsyncLocalStorage<Place>();
const running = new Map<object, CurrentTest>();

/** The state of a test; `task` is its object in vitest. Created with the first call, from wherever that comes. */
export function beginTest(task: object): CurrentTest {
  let test = running.get(task);
  if (!test) running.set(task, (test = { runs: [], assertions: [], scripts: [], misfits: [] }));
  return test;
}

/**
 * Makes the rest of the caller, and everything that it calls, part of this test. A fixture calls this before its
 * first await, so that the test function is part of the test.
 */
export function enterTest(test: CurrentTest): void {
  places.enterWith({ test, run: undefined });
}

/** Ends a test. Code that still runs in its name belongs to no test from now on. */
export function endTest(task: object): void {
  running.delete(task);
}

/**
 * The place of the calling code. If a `beforeEach` hook was the first to use the fixture, the place is lost in the
 * test function. In that case this returns the only running test, or undefined if several run.
 */
export function currentPlace(): Place | undefined {
  const place = places.getStore();
  if (place && [...running.values()].includes(place.test)) return place;
  const [test, another] = running.values();
  return test && !another ? { test, run: undefined } : undefined;
}

/** Calls a function in a place: as part of a test, or of one of its runs. */
export function within<T>(place: Place, call: () => T): T {
  return places.run(place, call);
}
