import {
  Agent,
  Swarm,
  type CompletionProvider,
  type Hooks,
  type Response,
  type RunSettings,
  type StreamEvent,
} from 'swarmcheck';
import { scriptedProvider, type Step } from 'swarmcheck/testing';

/** The settings of one run. Missing ones are filled in: an agent without tools, one user message. */
export interface Trial extends Partial<RunSettings> {
  contextVariables?: object;
  /** A script, which must be played to its end. */
  steps?: readonly Step[];
  /** Used instead of `steps`. */
  provider?: CompletionProvider;
  hooks?: Hooks | readonly Hooks[];
  log?: (line: string) => void;
}

/** Makes a run and returns its response. A streamed run is read to its last event. */
export type Run = (trial: Trial) => Promise<Response>;

export const unstreamed: Run = (trial) => play(trial, async (swarm, options) => await swarm.run(options));
export const streamed: Run = (trial) =>
  play(trial, async (swarm, options) => responseIn(await eventsOf(swarm.run({ ...options, stream: true }))));

/** Both ways to run, for `test.for(bothWays)('…, %s', async ([, run]) => …)`, which tests one behaviour twice. */
export const bothWays = [
  ['unstreamed', unstreamed],
  ['streamed', streamed],
] as const;

/** The stream of a run, not yet read. */
export function streamOf({ steps, provider, hooks, log, ...options }: Trial): AsyncIterable<StreamEvent> {
  const swarm = new Swarm({ provider: provider ?? scriptedProvider(steps ?? []), hooks, log });
  return swarm.run({ ...defaults(), ...options, stream: true });
}

export async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** The results of the tools, in order. */
export function toolContents({ messages }: Pick<Response, 'messages'>): unknown[] {
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
}

function defaults(): RunSettings {
  return { agent: new Agent(), messages: [{ role: 'user', content: 'hi' }] };
}

async function play(
  { steps, provider, hooks, log, ...options }: Trial,
  start: (swarm: Swarm, options: RunSettings) => Promise<Response>,
): Promise<Response> {
  const script = provider ? undefined : scriptedProvider(steps ?? []);
  const swarm = new Swarm({ provider: script ?? provider, hooks, log });
  const response = await start(swarm, { ...defaults(), ...options });
  script?.assertComplete();
  return response;
}

function responseIn(events: readonly StreamEvent[]): Response {
  const last = events.at(-1);
  if (!last || !('response' in last))
    throw new Error(`The stream ended without a response, in ${JSON.stringify(last)}.`);
  return last.response;
}
