import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of what a test process counted. */
export type Count =
  | { kind: 'cases'; test: string; seed: number; cases: number }
  | { kind: 'kill'; test: string }
  | { kind: 'cpu'; file: string; seconds: number };

/** Appends a count to the file of this process. Lines are written at once, because a process may be killed. */
export function writeCount(count: Count): void {
  const folder = process.env['SWARMCHECK_COUNTS'];
  if (folder === undefined)
    throw new Error('Run scripts/count-checks.ts, which names the folder for counts.');
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(count)}\n`);
}
