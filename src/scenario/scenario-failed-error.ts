import type { ScenarioRun } from './scenario.ts';

/**
 * Thrown by a function that compares other plays of a scenario with a play that passes, if that play fails. The error
 * of the failed run is its `cause`.
 */
export class ScenarioFailedError extends Error {
  override readonly name = 'ScenarioFailedError';
  /** Absent for a scenario without a name. */
  declare readonly scenario?: string;
  /** The messages of its failures. */
  readonly failures: readonly string[];

  /** @internal Created where the scenario is played. `what` is the message without the failures. */
  constructor(what: string, scenario: string | undefined, run: ScenarioRun) {
    const failures = run.failures.map(({ message }) => message);
    super([`${what}:`, ...failures].join('\n'), { cause: run.error });
    if (scenario !== undefined) this.scenario = scenario;
    this.failures = failures;
  }
}
