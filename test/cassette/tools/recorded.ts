/** A run that is recorded with its tools, and had again with tools that are answered from the recording. */
import { Swarm, type Agent, type Response } from 'swarmcheck';
import { replayProvider, replayTools, type ReplayProvider, type Step } from 'swarmcheck/testing';
import { bothWays, eventsOf } from '../../support/runs.ts';
import type { Folder } from '../folder.ts';
import { type Play, record, user } from '../replay/tapes.ts';

/** What a run may be told beside. */
interface Settings {
  contextVariables?: object;
  maxTurns?: number;
}

/** A run of this agent, that is asked one question. */
export function running(agent: Agent, settings: Settings = {}): Play<Response> {
  return (provider) => new Swarm({ provider }).run({ agent, messages: [user('Please.')], ...settings });
}

/** The same, read to its end as a stream. */
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

/** How a run is had, for `test.for`. */
export const ways = [
  [bothWays[0][0], running],
  [bothWays[1][0], streaming],
] as const;

/** Records a run in which the model says this. */
export async function recordRun(
  folder: Folder,
  agent: Agent,
  steps: readonly Step[],
  settings?: Settings,
): Promise<Response> {
  return await record(folder.file(), steps, running(agent, settings));
}

/** The same run from the recording, with its tools in this mode. */
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
