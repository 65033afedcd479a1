import type { RecordedEvent } from '../engine/run/events.ts';
import type { Response } from '../engine/run/run-record.ts';
import type { CameRequests } from '../script/script-errors.ts';
import type { LongestPart, TimeLimit } from './timeout.ts';

/** The agent or app under test, as a scenario talks to it: each run continues the last. */
export interface Subject {
  /** The events of each run so far; the list grows. */
  readonly runs: readonly (readonly RecordedEvent[])[];
  /** The operation that the current run is awaiting, as messages name it: `the tool "look_up"`. */
  readonly awaited: string;
  /** The part of all runs that took longest; undefined before the first. */
  readonly longest: LongestPart | undefined;
  /** The requests that came over HTTP so far; absent for agents of this engine. */
  readonly came?: CameRequests | undefined;
  /**
   * Plays one run that answers these user messages. Resolves to undefined for an app, which has no Response. Rejects
   * if the run is rejected; the conversation is then unchanged.
   */
  run(said: readonly string[], limit: TimeLimit): Promise<Response | undefined>;
  /** Releases the resources of the subject, such as a server. */
  close(): Promise<void>;
}
