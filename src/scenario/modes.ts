import { isExternalAgent } from './external-agent.ts';
import { runScenario, type Transport } from './run-scenario.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';

/** A way to play a scenario. None of them changes what happens, so all leave one trace hash. */
export interface Mode {
  readonly transport: Transport;
  /** Whether the model's answers come in pieces. */
  readonly stream: boolean;
}

/** Every way there is to play a scenario; what others are compared with comes first. An app of another SDK has its own one. */
export function modesOf({ agent }: Scenario): readonly Mode[] {
  return isExternalAgent(agent) ? allModes.slice(0, 1) : allModes;
}

const allModes: readonly Mode[] = [
  { transport: 'in-process', stream: false },
  { transport: 'in-process', stream: true },
  { transport: 'http', stream: false },
  { transport: 'http', stream: true },
];

/** As tests and messages name it. */
export function modeName({ transport, stream }: Mode): string {
  return `${transport === 'http' ? 'over HTTP' : 'in process'}, ${stream ? 'streamed' : 'in one piece'}`;
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
  const differing = others.filter(
    ({ run }) => run.passed === first.run.passed && run.trace.hash !== first.run.trace.hash,
  );
  const [other] = differing;
  if (other) {
    const [expected, received] = [modeName(first.mode), modeName(other.mode)];
    failures.push({
      message:
        `Played ${differing.map(({ mode }) => modeName(mode)).join('; ')}: another trace than ${expected}. ` +
        'Do the agents or tools keep something from one play to the next? A factory, agent: () => …, makes them anew. ' +
        `(- ${expected}, + ${received})\n${first.run.trace.diff(other.run.trace)?.text ?? ''}`,
    });
  }
  return failures;
}
