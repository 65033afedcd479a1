import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/run-scenario.ts';
import { checkScenario, type Scenario, type ScenarioRun } from '../scenario/scenario.ts';

/** One test per transport and stream mode, and one for equal hashes. Each fails with what the scenario expected and did not get. */
export function scenarioTest(scenario: Scenario & { name: string }): void {
  checkScenario(scenario);
  describe(scenario.name, () => {
    for (const stream of [false, true]) {
      test(stream ? 'streamed' : 'in one piece', async () => {
        expectPassed(await runScenario(scenario, { stream }));
      });
    }
    test('streamed or not, one trace', async () => {
      const run = await runScenario(scenario, { stream: true });
      expect(run).toHaveSameTraceAs(await runScenario(scenario));
    });
  });
}

function expectPassed(run: ScenarioRun): void {
  if (!run.passed)
    throw new Error(run.failures.map(({ message }) => message).join('\n'), { cause: run.error });
}
