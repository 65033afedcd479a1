import { describe, expect, test } from 'vitest';
import { modeName, modesOf, runInModes } from '../scenario/modes.ts';
import { areWarningsOn, expectsOnlyItsScript, repeatedScenarioWarning } from '../scenario/repeats-script.ts';
import { isMisfit } from '../script/script-errors.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import { defineScenario } from '../scenario/define-scenario.ts';
import { type Scenario, type ScenarioRun } from '../scenario/scenario.ts';

/**
 * Defines one test for each play mode (transport and streaming), and one that compares the hashes of all modes. The
 * message of a failed test contains every failure of the scenario.
 */
export function scenarioTest(scenario: Scenario & { name: string }): void {
  defineScenario(scenario);
  describe(scenario.name, () => {
    for (const [index, mode] of modesOf(scenario).entries()) {
      test(modeName(mode), async () => {
        expectPassed(await runScenario(scenario, mode));
        const isQuestionable = index === 0 && areWarningsOn(process.env) && expectsOnlyItsScript(scenario);
        // oxlint-disable-next-line no-console -- vitest shows it with the name of the test.
        if (isQuestionable) console.warn(repeatedScenarioWarning);
      });
    }
    test('every mode leaves one trace', async () => {
      const [first, ...others] = await runInModes(scenario, modesOf(scenario));
      for (const { run } of others) expect(run).toHaveSameTraceAs(first!.run);
    });
  });
}

/**
 * Throws an error for a run that did not pass. Its `cause` is the error that the scenario's `check` function or the
 * run threw, with its stack and its diff.
 */
function expectPassed({ passed, failures, error, scenario }: ScenarioRun): void {
  if (passed) return;
  const thrown =
    failures.find(({ cause }) => cause !== undefined)?.cause ?? (scenario.expect?.error ? undefined : error);
  const message = failures.map((failure) => failure.message).join('\n');
  // The message holds the whole text of a script that does not fit, and the place where it was thrown says nothing.
  throw thrown === undefined || isMisfit(thrown) ? new Error(message) : new Error(message, { cause: thrown });
}
