import { thrownLines } from '../../engine/values/thrown-lines.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { callText } from '../../trace/format.ts';
import { thrownIn } from '../../trace/thrown-by.ts';
import { isCrash } from './crash.ts';
import { runsOf } from './runs.ts';

/** How much of the arguments the message shows. */
const longestArguments = 300;

/**
 * A tool is called only with arguments that fit its schema. If the validation of the arguments threw, it is not known
 * whether they fit.
 */
export function toolsDoNotCrash({ trace }: ScenarioRun): string | undefined {
  for (const { turns } of runsOf(trace)) {
    for (const result of turns.flatMap(({ results }) => results)) {
      const thrown = result.error === 'threw' ? thrownIn(result) : undefined;
      if (thrown?.by !== 'tool' || !isCrash(thrown.value)) continue;
      const call = callText(result.tool, result.args, longestArguments);
      const [error, ...causes] = thrownLines(thrown.value);
      return [
        `the tool "${result.tool}" crashed on arguments that fit its schema: ${call} threw ${error}`,
        ...causes,
      ].join('\n  ');
    }
  }
  return undefined;
}
