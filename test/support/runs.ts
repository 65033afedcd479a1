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

/** One run of a test: what it does not care about is filled in (an agent without tools, one user message). */
export interface Trial extends Partial<RunSettings> {
  contextVariables?: object;
  /** Played by a scripted provider, and to its end. */
  steps?: readonly Step[];
  /** In place of steps. */
  provider?: CompletionProvider;
  hooks?: Hooks | readonly Hooks[];
  log?: (line: string) => void;
}

/** Runs to the end; the streamed one by reading to the last event. */
export type Run = (trial: Trial) => Promise<Response>;

export const unstreamed: Run = (trial) => play(trial, async (swarm, options) => await swarm.run(options));
export const streamed: Run = (trial) =>
  play(trial, async (swarm, options) => responseIn(await eventsOf(swarm.run({ ...options, stream: true }))));

/** The two ways to run, for `test.for(bothWays)('…, %s', async ([, run]) => …)`: two tests of one behaviour. */
export const bothWays = [
  ['unstreamed', unstreamed],
  ['streamed', streamed],
] as const;

/** The stream of a run, which nobody has begun to read. */
export function streamOf({ steps, provider, hooks, log, ...options }: Trial): AsyncIterable<StreamEvent> {
  const swarm = new Swarm({ provider: provider ?? scriptedProvider(steps ?? []), hooks, log });
  return swarm.run({ ...defaults(), ...options, stream: true });
}

export async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** What the tools answered, in order. */
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
