/** Records a run with its tools, and replays it with tools that are answered from the recording. */
import { Swarm, type Agent, type Response } from 'swarmcheck';
import { replayProvider, replayTools, type ReplayProvider, type Step } from 'swarmcheck/testing';
import { bothWays, eventsOf } from '../../support/runs.ts';
import type { Folder } from '../folder.ts';
import { type Play, record, user } from '../replay/tapes.ts';

/** Further settings of a run. */
interface Settings {
  contextVariables?: object;
  maxTurns?: number;
}

/** A run of this agent with one question. */
export function running(agent: Agent, settings: Settings = {}): Play<Response> {
  return (provider) => new Swarm({ provider }).run({ agent, messages: [user('Please.')], ...settings });
}

/** The same, streamed to its end. */
function streaming(agent: Agent, settings: Settings = {}): Play<Response> {
  return async (provider) => {
    const stream = new Swarm({ provider }).run({
      agent,
      messages: [user('Please.')],
      ...settings,
      stream: true,
    });
    const last = (await eventsOf(stream)).at(-1);
    return (last as { response: Response }).response;
  };
}

/** The two ways to run, for `test.for`. */
export const ways = [
  [bothWays[0][0], running],
  [bothWays[1][0], streaming],
] as const;

/** Records a run in which the model answers with these steps. */
export async function recordRun(
  folder: Folder,
  agent: Agent,
  steps: readonly Step[],
  settings?: Settings,
): Promise<Response> {
  return await record(folder.file(), steps, running(agent, settings));
}

/** Replays the same run, with its tools in this mode. */
export async function runAgain(
  folder: Folder,
  agent: Agent,
  mode: 'replay' | 'verify',
  settings?: Settings,
  check: (provider: ReplayProvider) => void = () => {},
): Promise<Response> {
  using provider = replayProvider(folder.file());
  const response = await running(replayTools(agent, folder.file(), mode), settings)(provider);
  check(provider);
  return response;
}
