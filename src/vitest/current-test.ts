import { AsyncLocalStorage } from 'node:async_hooks';
import type { Step } from '../script/steps.ts';

/** Something a test started that it has to wait for. */
export interface StartedRun {
  /** `the run of the agent "Triage"` */
  readonly what: () => string;
  /** Whose stack is where it was started. */
  readonly error: Error;
  /** The run out of which it was started, as a tool that runs other agents does. */
  readonly parent: StartedRun | undefined;
  /** Whether it is certain that the test waited for it, or could have seen what came of it. */
  isDone: () => boolean;
  /** Its promise, so that it can be silenced once it has been told of. */
  promise?: Promise<unknown>;
}

/** What an assertion says that the script had said before: which calls were made, or that the run came to its end. */
export type NotedAssertion = 'calls' | 'end' | 'news';

/** What is known of a test while it runs. */
export interface CurrentTest {
  readonly runs: StartedRun[];
  readonly assertions: NotedAssertion[];
  /** Those it has made with the fixture. */
  readonly scripts: (readonly Step[])[];
  /** The misfits of scenarios it has played. */
  readonly misfits: Error[];
}

/** Where code is: in which test, and in which run that the test started. */
interface Place {
  readonly test: CurrentTest;
  readonly run: StartedRun | undefined;
}

const places = new AsyncLocalStorage<Place>();
const running = new Map<object, CurrentTest>();

/** Begins a test of vitest; `task` is its own object for it. Once, whoever calls this first. */
export function beginTest(task: object): CurrentTest {
  let test = running.get(task);
  if (!test) running.set(task, (test = { runs: [], assertions: [], scripts: [], misfits: [] }));
  return test;
}

/**
 * What is called by whoever calls this, and after it, belongs to that test: a fixture calls this before it waits for
 * anything, so that the test function is called from there.
 */
export function enterTest(test: CurrentTest): void {
  places.enterWith({ test, run: undefined });
}

/** Ends a test: what is started in its name from here on is nobody's. */
export function endTest(task: object): void {
  running.delete(task);
}

/**
 * The place of the code that asks. A hook (`beforeEach`) that used the fixture first has taken the trail with it; then
 * the only test that runs is meant, and with several none.
 */
export function currentPlace(): Place | undefined {
  const place = places.getStore();
  if (place && [...running.values()].includes(place.test)) return place;
  const [test, another] = running.values();
  return test && !another ? { test, run: undefined } : undefined;
}

/** Calls a function as part of a run. */
export function within<T>(place: Place, call: () => T): T {
  return places.run(place, call);
}
