import { isExternalAgent } from './external-agent.ts';
import { runScenario, type Transport } from './run-scenario.ts';
import { withoutCauses } from '../engine/values/thrown-lines.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';

/**
 * A play mode: a way to play a scenario. A mode does not change what happens, so all modes give the same trace hash.
 */
export interface Mode {
  readonly transport: Transport;
  /** Whether the model's answers are streamed. */
  readonly stream: boolean;
}

/**
 * All play modes of a scenario. The first is the one that the others are compared with. An external agent has only
 * one mode, because the app chooses its transport and streaming itself.
 */
export function modesOf({ agent }: Scenario): readonly Mode[] {
  return isExternalAgent(agent) ? allModes.slice(0, 1) : allModes;
}

const allModes: readonly Mode[] = [
  { transport: 'in-process', stream: false },
  { transport: 'in-process', stream: true },
  { transport: 'http', stream: false },
  { transport: 'http', stream: true },
];

/** The name of a mode in tests and messages. */
export function modeName({ transport, stream }: Mode): string {
  return `${transport === 'http' ? 'over HTTP' : 'in process'}, ${stream ? 'streamed' : 'unstreamed'}`;
}

/** The run of a scenario in one mode. */
export interface ModeRun {
  readonly mode: Mode;
  readonly run: ScenarioRun;
}

/** Plays a scenario once in each mode, one after the other. */
export async function runInModes(scenario: Scenario, modes: readonly Mode[]): Promise<ModeRun[]> {
  const runs: ModeRun[] = [];
  for (const mode of modes) runs.push({ mode, run: await runScenario(scenario, mode) });
  return runs;
}

/**
 * The failures of all modes. A failure that occurs in every mode is listed once; any other failure names its mode. A
 * trace that differs from the trace of the first mode is a failure too, if both runs passed or both failed.
 */
export function failuresIn(runs: readonly ModeRun[]): ScenarioRun['failures'] {
  const [first, ...others] = runs;
  if (!first) return [];
  // Clients give the same error other causes than the script does.
  const everywhere = (message: string) =>
    runs.every(({ run }) =>
      run.failures.some((failure) => withoutCauses(failure.message) === withoutCauses(message)),
    );
  const failures = runs.flatMap(({ mode, run }) =>
    run.failures
      .filter(({ message }) => mode === first.mode || !everywhere(message))
      .map((failure) =>
        everywhere(failure.message)
          ? failure
          : { ...failure, message: `Played ${modeName(mode)}: ${failure.message}` },
      ),
  );
  const differing = others.filter(
    ({ run }) => run.passed === first.run.passed && run.trace.hash !== first.run.trace.hash,
  );
  const [other] = differing;
  if (other) {
    const [expected, received] = [modeName(first.mode), modeName(other.mode)];
    failures.push({
      message:
        `Played ${differing.map(({ mode }) => modeName(mode)).join('; ')}: the trace differs from the one played ${expected}. ` +
        'Do the agents or tools keep state between plays? Use a factory, agent: () => …, that creates new agents for each play. ' +
        `(- ${expected}, + ${received})\n${first.run.trace.diff(other.run.trace)?.text ?? ''}`,
    });
  }
  return failures;
}
