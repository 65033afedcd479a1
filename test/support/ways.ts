import { runScenario, type RunScenarioOptions, type Scenario, type ScenarioRun } from 'swarmcheck/testing';

/** One of the four play modes, with its name for `test.for`. */
export interface Way extends Required<Pick<RunScenarioOptions, 'transport' | 'stream'>> {
  name: string;
}

/** The four play modes. The others are compared with the first. */
export const ways: readonly Way[] = [
  { name: 'in process', transport: 'in-process', stream: false },
  { name: 'in process, streamed', transport: 'in-process', stream: true },
  { name: 'over HTTP', transport: 'http', stream: false },
  { name: 'over HTTP, streamed', transport: 'http', stream: true },
];

/** Plays a scenario in one mode. */
export function playIn(
  { transport, stream }: Way,
  scenario: Scenario,
  signal?: AbortSignal,
): Promise<ScenarioRun> {
  return runScenario(scenario, { transport, stream, signal });
}

/** Plays a scenario in each mode, one after the other. */
export async function playInAll(scenario: Scenario): Promise<ScenarioRun[]> {
  const runs: ScenarioRun[] = [];
  for (const way of ways) runs.push(await playIn(way, scenario));
  return runs;
}
