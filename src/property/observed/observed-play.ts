import { playScenario } from '../../scenario/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { assertOurAgents } from '../relations/compared-plays.ts';
import { keepObservation } from './observation.ts';
import { Observer } from './observer.ts';

/** How an observed play is played. */
export interface Way {
  /** Whether the answers of the model are streamed. */
  readonly stream: boolean;
  /** How many hooks of each kind are observed: the first is synchronous, the others are not. */
  readonly hooks: number;
  /**
   * The number of the moment at which the play is aborted, from 1; 0 means never. A moment is the start or the end of
   * a request, a tool or a hook, or a piece of a stream, once when it is sent and once when it is read.
   */
  readonly abortAt: number;
}

/**
 * Plays a scenario of agents of this engine, and observes the play from outside. The invariants about what the
 * provider, the tools, the hooks and the reader of a stream get can then judge the run. The tools are observed in
 * copies of the agents, as with stubs. Rejects with a TypeError for an externalAgent.
 */
export async function observedPlay(
  scenario: Scenario,
  { stream, hooks, abortAt }: Way,
  play: typeof playScenario = playScenario,
): Promise<ScenarioRun> {
  assertOurAgents(scenario);
  const observer = new Observer(hooks, abortAt);
  const run = await play(scenario, { stream, signal: observer.signal }, observer);
  keepObservation(run.trace, observer);
  return run;
}
