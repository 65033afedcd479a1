import type { ChatCompletionChunk, CompletionProvider } from '../../engine/model/provider.ts';
import type { ActiveRun } from '../../engine/run/active-run.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import { partialResponse } from '../../engine/run/run-record.ts';
import { startRun } from '../../engine/run/swarm.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Agent } from '../../engine/tools/agent.ts';
import { scriptedProvider } from '../../script/scripted-provider.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { callsOf } from '../invariants/runs.ts';
import { firstRunOf, withAgents } from '../relations/by-hand.ts';
import { assertOurAgents } from '../relations/compared-plays.ts';

/** A run is stopped at this many places at most: at starts of requests and tools, or at positions in its stream. */
const mostPlaces = 8;

const request = 'a request';

/** Records what starts in a run: requests and tools, in order. */
class Starts {
  readonly list: string[] = [];
  /** Called at each start of a request or a tool, with the number of starts so far. */
  onStart: (count: number) => void = () => {};

  /** Whether a stream of the provider was neither read to its end nor closed. */
  hasOpenStream = false;

  /** How many tools ran to their end. */
  ran = 0;

  readonly hooks: Hooks = {
    beforeTool: ({ name }) => this.#add(`the tool ${name}`),
    afterTool: () => void this.ran++,
  };

  counting(provider: CompletionProvider): CompletionProvider {
    return {
      complete: (body, options) => {
        this.#add(request);
        return provider.complete(body, options);
      },
      stream: (body, options) => {
        this.#add(request);
        return this.#noting(provider.stream(body, options));
      },
    };
  }

  /** Keeps `hasOpenStream` up to date. Closing takes a while, as the cancellation of a real request does. */
  #noting(source: AsyncIterable<ChatCompletionChunk>): AsyncIterable<ChatCompletionChunk> {
    const chunks = source[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<ChatCompletionChunk>> => {
      this.hasOpenStream = true;
      let item: IteratorResult<ChatCompletionChunk> | undefined;
      try {
        item = await chunks.next();
        return item;
      } finally {
        if (item?.done !== false) this.hasOpenStream = false;
      }
    };
    const close = async (): Promise<IteratorResult<ChatCompletionChunk>> => {
      await chunks.return?.();
      await Promise.resolve();
      this.hasOpenStream = false;
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
  }

  #add(what: string): void {
    this.list.push(what);
    this.onStart(this.list.length);
  }
}

/** Starts the first run of a scenario. */
function begin(
  agent: Agent,
  scenario: Scenario,
  starts: Starts,
  options: { stream?: boolean; signal?: AbortSignal },
): ActiveRun {
  const { answers, parts, hooks } = firstRunOf(scenario);
  const provider = starts.counting(scriptedProvider(answers));
  return startRun(provider, [...hooks, starts.hooks], { ...parts, agent, ...options });
}

export async function abortedRunStops(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  for (const stream of [false, true]) {
    for (let place = 1; place <= mostPlaces; place++)
      if (!(await withAgents(scenario, (agent) => abortAt(agent, scenario, place, stream)))) break;
  }
}

/** Aborts a run at its start number `place` of a request or a tool. Returns false if the run has fewer starts. */
async function abortAt(agent: Agent, scenario: Scenario, place: number, stream: boolean): Promise<boolean> {
  const controller = new AbortController();
  const reason = new Error(`aborted at place ${place}`);
  const starts = new Starts();
  let ranBefore = 0;
  starts.onStart = (count) => {
    if (count !== place) return;
    ranBefore = starts.ran;
    controller.abort(reason);
  };
  const broken = (problem: string) =>
    new InvariantBrokenError(
      'aborted-run-stops',
      `the run was aborted when ${starts.list[place - 1]} started${stream ? ' (streamed)' : ''}, but ${problem}.`,
    );
  const run = begin(agent, scenario, starts, { stream, signal: controller.signal });
  let thrown: { error: unknown } | undefined;
  try {
    while (await run.advance());
  } catch (error) {
    thrown = { error };
  }
  if (!controller.signal.aborted) return false;
  if (!thrown) throw broken('it ended as if it had not been aborted');
  // Even if the model fails at this place, the run must be rejected with the reason of the abort.
  if (thrown.error !== reason) throw broken('it was not rejected with the reason of the abort');
  await rest();
  if (starts.list.length > place) throw broken(`${starts.list[place]} started afterwards`);
  if (starts.ran > ranBefore) throw broken('a tool finished afterwards');
  if (starts.hasOpenStream) throw broken("the provider's stream was not closed");
  const partial = partialResponse(reason);
  if (partial?.outcome !== 'aborted') throw broken(`its outcome is ${partial?.outcome}`);
  const problem = unanswered(partial.messages);
  if (problem !== undefined) throw broken(problem);
  return true;
}

/**
 * Returns what is wrong with the tool messages, or undefined. Tool messages must answer the calls in order, and only
 * the model's last message may have unanswered calls.
 */
function unanswered(messages: readonly { role: string }[]): string | undefined {
  let open: string[] = [];
  for (const message of messages as Parameters<typeof callsOf>[0][]) {
    if (message?.role === 'tool') {
      if (open.shift() !== message.tool_call_id) return 'a tool message does not answer the next call';
    } else if (open.length > 0) {
      return 'a call of an earlier message has no answer';
    } else {
      open = callsOf(message).map(({ id }) => id);
    }
  }
  return undefined;
}

export async function abandonedStreamStops(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  for (let place = 1; place <= mostPlaces; place++)
    if (!(await withAgents(scenario, (agent) => leaveAfter(agent, scenario, place * 2)))) break;
}

/**
 * Stops reading a stream after this many events: chunks, and starts and ends of answers. Returns false if the stream
 * ends earlier.
 */
async function leaveAfter(agent: Agent, scenario: Scenario, pieces: number): Promise<boolean> {
  const relation = 'abandoned-stream-stops';
  const starts = new Starts();
  const run = begin(agent, scenario, starts, { stream: true });
  try {
    for (let count = 0; count < pieces; count++) {
      const piece = await run.advance();
      if (!piece) return false;
      if (piece.type === 'stream-delim' && piece.delim === 'end' && starts.list.at(-1) !== request)
        throw new InvariantBrokenError(
          relation,
          `${starts.list.at(-1)} started before the reader of the stream reached it.`,
        );
    }
  } catch (error) {
    if (error instanceof InvariantBrokenError) throw error;
    return false;
  }
  const begun = starts.list.length;
  await run.close();
  if (starts.hasOpenStream)
    throw new InvariantBrokenError(
      relation,
      `the reader left the stream after ${pieces} pieces, but the provider's stream was not closed.`,
    );
  await rest();
  if (starts.list.length > begun)
    throw new InvariantBrokenError(
      relation,
      `the reader left the stream after ${pieces} pieces, but ${starts.list[begun]} started afterwards.`,
    );
  return true;
}

/** Waits long enough for every tool or request that the run would still start. */
async function rest(): Promise<void> {
  for (let count = 0; count < 30; count++) await Promise.resolve();
}
