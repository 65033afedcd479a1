import { performance } from 'node:perf_hooks';
import type { LoadError, PlayedScenario } from '../report/run-report.ts';
import { failuresIn, type ModeRun } from '../scenario/modes.ts';
import type { StrayErrors } from './stray-errors.ts';
import { placeInUserCode, thrownSentence, thrownText } from './thrown.ts';

/** Something to play, with the file that it is from. */
export interface Playable {
  readonly name: string;
  readonly file: string;
  /** The beginning of the message if it cannot be played at all. */
  readonly kind: string;
  readonly play: () => Promise<ModeRun[]>;
}

/** Plays it, and adds a failure for each error that was thrown meanwhile and not caught. */
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
        message: `An error was thrown and not caught while this was played: ${thrownSentence(error)} Is an "await" missing?${thrownAt(error)}`,
      });
    }
    const result = { ...runs[0]!.run, failures, passed: failures.length === 0 };
    const durationMs = Math.round(performance.now() - start);
    return { name, file, run: result, modes: runs.length > 1 ? runs : undefined, durationMs };
  } catch (error) {
    return { file, message: `${kind}${thrownText(error)}` };
  }
}

/** The message for an uncaught error that came late: its place is known at most, not its scenario. */
export function strayWhile(when: string, error: unknown): LoadError {
  const place = placeInUserCode(error);
  const message = `An error was thrown and not caught ${when}: ${thrownSentence(error)} Is an "await" missing?`;
  return { file: place?.file ?? '(unknown file)', line: place?.line, message };
}

function thrownAt(error: unknown): string {
  const place = placeInUserCode(error);
  return place ? `\nThrown at ${place.file}:${place.line}` : '';
}
