import type { RecordedEvent } from '../engine/run/events.ts';
import type { Response } from '../engine/run/run-record.ts';
import type { TimeLimit } from './timeout.ts';

/** Who is under test, as a scenario talks to them: each run continues the last. */
export interface Subject {
  /** What happened so far; the list grows. */
  readonly runs: readonly (readonly RecordedEvent[])[];
  /** What is being waited for, for a message. */
  readonly awaited: string;
  /** One run, after the user has said this. Rejects as the run does, and is then where it was before. */
  run(said: readonly string[], limit: TimeLimit): Promise<Response | undefined>;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}
