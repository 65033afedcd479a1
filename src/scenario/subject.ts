import type { RecordedEvent } from '../engine/run/events.ts';
import type { Response } from '../engine/run/run-record.ts';
import type { TimeLimit } from './timeout.ts';

/** The agent or app under test, as a scenario talks to it: each run continues the last. */
export interface Subject {
  /** The events of each run so far; the list grows. */
  readonly runs: readonly (readonly RecordedEvent[])[];
  /** What the run is waiting for, for a message. */
  readonly awaited: string;
  /**
   * Plays one run, after the user has said this. If the run rejects, this rejects too, and the conversation is
   * unchanged.
   */
  run(said: readonly string[], limit: TimeLimit): Promise<Response | undefined>;
  /** Releases its resources, such as a server. */
  close(): Promise<void>;
}
