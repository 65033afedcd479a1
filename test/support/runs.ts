import {
  Agent,
  Swarm,
  type ChatCompletion,
  type ChatCompletionChunk,
  type CompletionOptions,
  type CompletionProvider,
  type CompletionRequest,
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

/** What a promise is rejected with; the test fails where it is not. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, but it resolved to ${JSON.stringify(value)}.`);
}

/** What the tools answered, in order. */
export function toolContents({ messages }: Pick<Response, 'messages'>): unknown[] {
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
}

/** An assistant message asking for calls, as it stands in a completion. */
export function asking(...calls: { id?: unknown; function?: unknown }[]): object {
  return {
    role: 'assistant',
    content: null,
    tool_calls: calls.map((call) => ({ type: 'function', ...call })),
  };
}

export function completion(
  message: object,
  finishReason: unknown = 'tool_calls' in message ? 'tool_calls' : 'stop',
): ChatCompletion {
  const choice = { index: 0, message, finish_reason: finishReason, logprobs: null };
  return { id: 'c', object: 'chat.completion', created: 0, model: 'm', choices: [choice] } as ChatCompletion;
}

export function saying(content: string): ChatCompletion {
  return completion({ role: 'assistant', content });
}

export function chunk(delta: object, finishReason: unknown = null): ChatCompletionChunk {
  const choice = { index: 0, delta, finish_reason: finishReason, logprobs: null };
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'm',
    choices: [choice],
  } as ChatCompletionChunk;
}

/** A piece of a streamed tool call. */
export function callPiece(index: number, fields: object): object {
  return { tool_calls: [{ index, ...fields }] };
}

type Answer = (request: CompletionRequest, options: CompletionOptions | undefined, count: number) => unknown;

/** A provider that answers what the function says, as it is; streamed, in two chunks that amount to it. */
export function answeredBy(answer: Answer): CompletionProvider {
  let count = 0;
  return {
    complete: async (request, options) => (await answer(request, options, ++count)) as ChatCompletion,
    async *stream(request, options) {
      const { choices } = (await answer(request, options, ++count)) as ChatCompletion;
      const { message, finish_reason } = choices[0]!;
      const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
      yield chunk({ ...message, ...(tool_calls ? { tool_calls } : {}) });
      yield chunk({}, finish_reason);
    },
  };
}

/** A provider whose n-th answer is the n-th value, whatever it is; unstreamed. */
export function completing(...answers: unknown[]): CompletionProvider {
  return answeredBy((_request, _options, count) => answers[count - 1]);
}

/** A provider whose n-th stream consists of the n-th list, whatever is in it. */
export function chunking(...streams: unknown[][]): CompletionProvider {
  let count = 0;
  return {
    complete: () => Promise.reject(new Error('This provider only streams.')),
    async *stream() {
      for (const piece of streams[count++] ?? []) yield piece as ChatCompletionChunk;
    },
  };
}

/** A provider that never answers, and says when it has begun to wait. */
export function hanging(begun: () => void): CompletionProvider {
  return answeredBy(() => {
    queueMicrotask(begun);
    return never();
  });
}

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
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
