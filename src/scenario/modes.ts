import { runScenario } from './run-scenario.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';

/** A way to play a scenario. None of them changes what happens, so all leave one trace hash. */
export interface Mode {
  /** Whether the model's answers come in pieces. */
  readonly stream: boolean;
}

/** Every way there is; what others are compared with comes first. */
export const allModes: readonly Mode[] = [{ stream: false }, { stream: true }];

/** As tests and messages name it. */
export function modeName({ stream }: Mode): string {
  return stream ? 'streamed' : 'in one piece';
}

/** What came of a scenario, in each way. */
export interface ModeRun {
  readonly mode: Mode;
  readonly run: ScenarioRun;
}

/** Plays a scenario once in each way, one after the other. */
export async function runInModes(scenario: Scenario, modes: readonly Mode[]): Promise<ModeRun[]> {
  const runs: ModeRun[] = [];
  for (const mode of modes) runs.push({ mode, run: await runScenario(scenario, mode) });
  return runs;
}

/** The failures of all ways: what went wrong in each of them once, the rest with its way; and traces that are not alike. */
export function failuresIn(runs: readonly ModeRun[]): ScenarioRun['failures'] {
  const [first, ...others] = runs;
  if (!first) return [];
  const everywhere = (message: string) =>
    runs.every(({ run }) => run.failures.some((failure) => failure.message === message));
  const failures = runs.flatMap(({ mode, run }) =>
    run.failures
      .filter(({ message }) => mode === first.mode || !everywhere(message))
      .map((failure) =>
        everywhere(failure.message)
          ? failure
          : { ...failure, message: `Played ${modeName(mode)}: ${failure.message}` },
      ),
  );
  for (const { mode, run } of others) {
    if (run.passed !== first.run.passed || run.trace.hash === first.run.trace.hash) continue;
    const difference = first.run.trace.diff(run.trace)?.text ?? '';
    failures.push({
      message:
        `Played ${modeName(mode)} it leaves another trace than ${modeName(first.mode)} (- ${modeName(first.mode)}, + ${modeName(mode)}). ` +
        `Do the agents or tools keep something from one play to the next? A factory, agent: () => …, makes them anew.\n${difference}`,
    });
  }
  return failures;
}
