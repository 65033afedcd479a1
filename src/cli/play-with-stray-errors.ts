import { performance } from 'node:perf_hooks';
import type { LoadError, PlayedScenario } from '../report/run-report.ts';
import { failuresIn, type ModeRun } from '../scenario/modes.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import type { StrayErrors } from './stray-errors.ts';
import { placeInUserCode } from '../engine/values/stack.ts';
import { thrownSentence, thrownText } from './thrown.ts';

/** A scenario to play, or steps from a JSON file, with the file that they are from. */
export interface Playable {
  readonly name: string;
  readonly file: string;
  /** The beginning of the error message if playing throws. */
  readonly kind: string;
  readonly play: () => Promise<ModeRun[]>;
}

/** Plays a scenario or steps, and adds a failure for each error that was thrown and not caught meanwhile. */
export async function playedOne(
  { name, file, kind, play }: Playable,
  stray: StrayErrors,
): Promise<PlayedScenario | LoadError> {
  const start = performance.now();
  try {
    const runs = await play();
    for (const { run: result } of runs) {
      for (const failure of result.failures) failure.message += thrownAt(failure.cause ?? result.error);
    }
    const failures = failuresIn(runs);
    for (const error of await stray.settled()) {
      failures.push({
        message: `An error was thrown and not caught while this was played: ${thrownSentence(error)} Is an "await" missing?${thrownAt(error)}${causes(error)}`,
      });
    }
    const result = { ...runs[0]!.run, failures, passed: failures.length === 0 };
    const durationMs = Math.round(performance.now() - start);
    return { name, file, run: result, modes: runs.length > 1 ? runs : undefined, durationMs };
  } catch (error) {
    return { file, message: `${kind}${thrownText(error)}` };
  }
}

/**
 * The error for the user about an uncaught error that belongs to no known scenario. At most its file and line are
 * known.
 */
export function strayWhile(when: string, error: unknown): LoadError {
  const place = placeInUserCode(error);
  const message = `An error was thrown and not caught ${when}: ${thrownSentence(error)} Is an "await" missing?${causes(error)}`;
  return { file: place?.file ?? '(unknown file)', line: place?.line, message };
}

/** The causes of an error, each on a line below it. */
function causes(error: unknown): string {
  return withCauses('', error);
}

function thrownAt(error: unknown): string {
  const place = placeInUserCode(error);
  return place ? `\nThrown at ${place.file}:${place.line}` : '';
}
