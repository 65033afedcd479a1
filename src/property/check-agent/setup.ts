import { createHash } from 'node:crypto';
import { Agent } from '../../engine/tools/agent.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { AgentUnderTest } from '../../scenario/scenario.ts';
import type { Surface } from '../surface.ts';
import { Invariants } from './held-invariants.ts';
import type { CheckOptions } from './options.ts';
import { defaultCheckMaxTurns, defaultCheckTimeoutMs, markedAsUnsure, type Play } from './script-player.ts';
import { failureFolder } from './saved-failure.ts';

/** What the caller of a check knows, and wants to know. */
export interface Caller {
  /** Where the agent was found, as module#export: how a failure is played again. */
  readonly agentName?: string | undefined;
  /** Whether what stands there has the agent in it, beside options. */
  readonly isCheck?: boolean | undefined;
  /** Told after each run of a generated script. */
  readonly onProgress?: ((progress: { runs: number; of: number }) => void) | undefined;
}

/** All that a check has at hand. */
export interface Setup {
  readonly agent: AgentUnderTest;
  readonly options: CheckOptions;
  readonly caller: Caller;
  readonly seed: number;
  readonly timeoutMs: number;
  /** Undefined for an app that has no such limit. */
  readonly maxTurns: number | undefined;
  /** Of saved failures. */
  readonly folder: string;
  readonly invariants: Invariants;
  /** What the model can reach. */
  readonly surface: Surface;
  /** Of the check: its saved failures are known by it. */
  readonly name: string;
  /** To judge a script, whatever the agents make of it. */
  readonly play: Play;
  /** The same, where a call that does not fit is a mistake of the script. */
  readonly playStrictly: Play;
}

/** The name of the first agent. One that nobody gave is that of many apps, so what is offered is added: failures of another app are none of this one. */
function nameOf({ agents }: Surface): string {
  const name = agents[0]!.name;
  if (name !== new Agent().name) return name;
  const offered = JSON.stringify(agents.map(({ tools }) => tools.map((tool) => tool.name)));
  return `${name}-${createHash('sha256').update(offered).digest('hex').slice(0, 6)}`;
}

/** The setup of a check of this app, which has been explored by its player. */
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
    // Of an app of another SDK the wire shows no name.
    name: options.name ?? (isExternal ? caller.agentName : undefined) ?? nameOf(surface),
    play: (steps) => player(markedAsUnsure(steps)),
    playStrictly: player,
  };
}
