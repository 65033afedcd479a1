import type { RecordedEvent } from '../engine/run/events.ts';
import type { Lane } from './match/lane.ts';
import type { Redactor } from '../secrets/redactor.ts';

/** Where a run stands in a cassette. */
export interface ServedRun {
  /** Of the cassette. */
  readonly path: string;
  readonly lane: Lane;
  readonly redactor: Redactor;
}

const runs = new WeakMap<readonly RecordedEvent[], ServedRun>();

/** Notes where a run stands, for its tools. */
export function noteServed(events: readonly RecordedEvent[] | undefined, run: ServedRun): void {
  if (events) runs.set(events, run);
}

/** Where a run stands; undefined for one that no cassette answers. */
export function servedRun(events: readonly RecordedEvent[] | undefined): ServedRun | undefined {
  return events && runs.get(events);
}
