import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of the counts of a test process. */
export type Count =
  | { kind: 'cases'; test: string; seed: number; cases: number }
  | { kind: 'kill'; test: string }
  | { kind: 'cpu'; file: string; seconds: number };

/** Appends a count to the file of this process. Lines are written immediately, because a process may be killed. */
export function writeCount(count: Count): void {
  const folder = process.env['SWARMCHECK_COUNTS'];
  if (folder === undefined)
    throw new Error(
      'SWARMCHECK_COUNTS is not set. Run scripts/count-checks.ts, which sets it to the folder for counts.',
    );
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(count)}\n`);
}
