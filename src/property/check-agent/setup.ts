import { createHash } from 'node:crypto';
import { Agent } from '../../engine/tools/agent.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { AgentUnderTest } from '../../scenario/scenario.ts';
import type { Surface } from '../surface.ts';
import { Invariants } from './held-invariants.ts';
import type { CheckOptions } from './options.ts';
import { defaultCheckMaxTurns, defaultCheckTimeoutMs, markedAsUnsure, type Play } from './script-player.ts';
import { failureFolder } from './saved-failure.ts';

/** Facts about the agent that the caller of a check knows, and a callback for progress. */
export interface Caller {
  /** Where the agent was found, as module#export. Commands that play a failure again name it. */
  readonly agentName?: string | undefined;
  /** Whether the module exports a check, which contains the agent, and not the agent itself. */
  readonly isCheck?: boolean | undefined;
  /** Called after each run of a generated script. */
  readonly onProgress?: ((progress: { runs: number; of: number }) => void) | undefined;
}

/** Everything that the parts of a check share. */
export interface Setup {
  readonly agent: AgentUnderTest;
  readonly options: CheckOptions;
  readonly caller: Caller;
  readonly seed: number;
  readonly timeoutMs: number;
  /** Undefined for an external agent, which sets its own limit. */
  readonly maxTurns: number | undefined;
  /** The folder of saved failures. */
  readonly folder: string;
  readonly invariants: Invariants;
  /** The agents and tools that the model can reach. */
  readonly surface: Surface;
  /** The name of the check, under which its failures are saved. */
  readonly name: string;
  /**
   * Plays a script with all calls marked as hallucinated. The invariants then also judge runs with calls that do not
   * fit the agents.
   */
  readonly play: Play;
  /** Plays a script as given. A call that does not fit the agents is a mistake of the script. */
  readonly playStrictly: Play;
}

/**
 * The first agent's name. For an unnamed agent, a hash of the names of all tools is appended, so that two apps do not
 * share saved failures.
 */
function nameOf({ agents }: Surface): string {
  const name = agents[0]!.name;
  if (name !== new Agent().name) return name;
  const offered = JSON.stringify(agents.map(({ tools }) => tools.map((tool) => tool.name)));
  return `${name}-${createHash('sha256').update(offered).digest('hex').slice(0, 6)}`;
}

/** The setup of a check. `surface` was found by exploring the app with `player`. */
export function setupOf(
  agent: AgentUnderTest,
  options: CheckOptions,
  caller: Caller,
  { surface, player }: { surface: Surface; player: Play },
): Setup {
  const {
    seed = 1,
    timeoutMs = defaultCheckTimeoutMs,
    maxTurns = defaultCheckMaxTurns,
    failures = failureFolder,
  } = options;
  const isExternal = isExternalAgent(agent);
  return {
    agent,
    options,
    caller,
    seed,
    timeoutMs,
    maxTurns: isExternal ? undefined : maxTurns,
    folder: failures,
    invariants: new Invariants(agent, options, timeoutMs),
    surface,
    // Requests of an external agent do not show its name, so the check is named after the export.
    name: options.name ?? (isExternal ? caller.agentName : undefined) ?? nameOf(surface),
    play: (steps) => player(markedAsUnsure(steps)),
    playStrictly: player,
  };
}
