import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { CompletionRequest } from '../../engine/model/provider.ts';
import type { JsonSchema } from '../../engine/tools/json-schema.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/assertions/verdict.ts';
import { callTool, say, user, type Step } from '../../script/steps.ts';
import type { TracedRequest } from '../../engine/run/events.ts';
import { ownSettings } from '../own-settings.ts';
import { argumentsFor } from '../script-generator/arguments/arguments.ts';
import type { AgentSurface, Surface, ToolSurface } from '../surface.ts';
import { scriptArbitrary } from '../script-generator/script-arbitrary.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import { markedAsUnsure, patiently, playerOf, type Play, type PlaySettings } from './script-player.ts';

/** Limits on exploring. When one is reached, the surface is incomplete, which is not an error. */
const mostAgents = 30;
const mostPlays = 300;
/** Exploring stops after this many timeouts. */
const mostTimeouts = 3;
/** Each tool is called with at most this many different arguments. */
const mostSamples = 4;
/**
 * How many generated scripts a round plays, how many steps a script has at most, and how many rounds there are at
 * most. Another round follows only if the last one found a new agent.
 */
const wanderings = 40;
const mostSteps = 14;
const mostRounds = 3;

/** Features that are off while exploring. They end a run, begin another one, or do not help to reach an agent. */
const ofOneRun = {
  'several-users': false,
  'provider-error': false,
  'cut-stream': false,
  'huge-content': false,
  'unknown-tool': false,
  'bad-json': false,
  'invalid-args': false,
  'duplicate-ids': false,
} as const;

/** The facts about an agent that exploring has found. */
interface Found {
  readonly name: string;
  readonly tools: Omit<ToolSurface, 'handsOffTo'>[];
  /** The calls that lead from the beginning of a conversation to this agent. */
  readonly way: readonly Step[];
  readonly handoffs: Map<string, number>;
  limits: Pick<AgentSurface, 'toolChoice' | 'parallelToolCalls'>;
}

/**
 * Finds the agents and tools of an app that a model can reach, by playing short scripts. The first scripts show which
 * agent is asked first, and which agent each tool leads to when it is called with a few fixed arguments. Generated
 * scripts follow, since a tool may lead to another agent after other calls. Each script starts a new conversation. At
 * most 30 agents are found, and exploring stops after 300 plays or 3 timeouts. The real tools run, unless there are
 * stubs for them.
 *
 * An agent is identified by its name and its tools. Agents that a failed script reached are included. Rejects with an
 * Error if the app made no request at all. The Error says what happened.
 */
export async function explore(agent: AgentUnderTest, settings: PlaySettings = {}): Promise<Surface> {
  return await exploreBy(patiently(playerOf(agent, settings)));
}

/**
 * Explores with the given player. `seenFirst` gets the surface that is known once each tool was called. If
 * `seenFirst` throws, exploring ends with that error.
 */
export async function exploreBy(
  play: Play,
  seenFirst: (surface: Surface) => void = () => {},
): Promise<Surface> {
  const found = new Exploration(play);
  await found.begin();
  await found.callEachTool();
  seenFirst(found.surface);
  // A tool may lead elsewhere after other calls. So generated scripts look for more agents, as long as they find any.
  for (let round = 1; round <= mostRounds && (await found.wander(round)); round++) await found.callEachTool();
  return found.surface;
}

const greeting = 'hi';
const ending = 'ok';

class Exploration {
  readonly #play: Play;
  readonly #agents: Found[] = [];
  readonly #places = new Map<string, number>();
  /** The tools that were called already. */
  readonly #called = new Set<object>();
  #plays = 0;
  #timeouts = 0;

  constructor(play: Play) {
    this.#play = play;
  }

  get surface(): Surface {
    return {
      agents: this.#agents.map(({ name, tools, handoffs, limits }): AgentSurface => ({
        name,
        ...limits,
        tools: tools.map((tool) => ({ ...tool, handsOffTo: handoffs.get(tool.name) })),
      })),
    };
  }

  /** Finds the agent that is asked first. Rejects if the app makes no request. */
  async begin(): Promise<void> {
    const first = await this.#played([]);
    const [request] = first.trace.requests;
    if (!request) throw neverAsked(first);
    this.#placeOf(request, []);
  }

  /** Calls each tool with a few arguments, including the tools of agents that are found on the way. */
  async callEachTool(): Promise<void> {
    for (const [place, found] of this.#agents.entries()) {
      for (const tool of found.tools) {
        if (this.#called.has(tool)) continue;
        this.#called.add(tool);
        for (const call of callsOf(tool)) {
          if (this.#isOver) return;
          const way = [...found.way, call];
          const { trace } = await this.#played(way);
          const next = trace.requests[way.length];
          if (!next) continue;
          const reached = this.#placeOf(next, way);
          const isHandoff = trace.handoffs.some(({ turn }) => turn === way.length);
          if (reached === undefined || !(isHandoff || reached !== place)) continue;
          // A handoff to another agent replaces a handoff from the agent to itself.
          if (!found.handoffs.has(tool.name) || found.handoffs.get(tool.name) === place)
            found.handoffs.set(tool.name, reached);
        }
      }
    }
  }

  /** Plays some generated scripts, and returns whether they reached a new agent. */
  async wander(round: number): Promise<boolean> {
    const before = this.#agents.length;
    const scripts = scriptArbitrary(this.surface, { maxSteps: mostSteps, features: ofOneRun });
    for (const steps of fc.sample(scripts, ownSettings({ seed: round, numRuns: wanderings }))) {
      if (this.#isOver) break;
      const way = markedAsUnsure(steps.filter((step) => typeof step === 'object' && 'calls' in step));
      const { trace } = await this.#played(way);
      for (const [index, request] of trace.requests.entries()) {
        const place = this.#placeOf(request, way.slice(0, index));
        this.#noteHandoff(trace.handoffs, index, place);
      }
    }
    return this.#agents.length > before;
  }

  /** Records which agent a handoff led to, if the target of the tool was not known yet. */
  #noteHandoff(handoffs: ScenarioRun['trace']['handoffs'], index: number, place: number | undefined): void {
    const handoff = handoffs.find(({ turn }) => turn === index);
    if (!handoff || place === undefined) return;
    for (const { name, tools, handoffs: known } of this.#agents)
      if (
        name === handoff.from &&
        tools.some((tool) => tool.name === handoff.tool) &&
        !known.has(handoff.tool)
      )
        known.set(handoff.tool, place);
  }

  /**
   * Whether a limit was reached. Without the limit on timeouts, exploring an app that always hangs would take
   * minutes.
   */
  get #isOver(): boolean {
    return this.#plays >= mostPlays || this.#timeouts >= mostTimeouts;
  }

  async #played(way: readonly Step[]): Promise<ScenarioRun> {
    this.#plays++;
    const run = await this.#play([user(greeting), ...way, say(ending, { hallucinated: true })]);
    if (run.error instanceof ScenarioTimeoutError) this.#timeouts++;
    return run;
  }

  /**
   * The index of the agent that a request comes from. An agent with a new name or new tools is added; undefined if
   * there are too many agents.
   */
  #placeOf(request: TracedRequest, way: readonly Step[]): number | undefined {
    const tools = toolsIn(request.request);
    const key = JSON.stringify([request.agent, tools]);
    const known = this.#places.get(key);
    const limits = limitsIn(request.request);
    const found = this.#agents[known ?? -1];
    // Apps may demand a call in the first request only.
    if (found && !isDeepStrictEqual(found.limits, limits)) found.limits = {};
    if (known !== undefined || this.#agents.length === mostAgents) return known;
    this.#places.set(key, this.#agents.length);
    this.#agents.push({ name: request.agent, tools, way, handoffs: new Map(), limits });
    return this.#agents.length - 1;
  }
}

/** Calls of a tool with a few arguments, the same each time. */
function callsOf({ name, parameters }: Found['tools'][number]): Step[] {
  const samples = fc.sample(argumentsFor(parameters), ownSettings({ seed: 1, numRuns: mostSamples }));
  const distinct = new Map(samples.map((args) => [JSON.stringify(args), args]));
  // Marked as hallucinated, since arguments that fit the JSON Schema may fail the tool's own validation. That is not
  // a mistake of the script.
  return Array.from(distinct.values(), (args) => callTool(name, args, { hallucinated: true }));
}

function limitsIn({ tool_choice, parallel_tool_calls }: CompletionRequest): Found['limits'] {
  return { toolChoice: tool_choice, parallelToolCalls: parallel_tool_calls };
}

function toolsIn({ tools = [] }: CompletionRequest): Found['tools'] {
  return tools.flatMap((tool) =>
    tool.type === 'function'
      ? [{ name: tool.function.name, parameters: tool.function.parameters ?? noParameters }]
      : [],
  );
}

const noParameters: JsonSchema = { type: 'object', properties: {} };

function neverAsked({ trace, error }: ScenarioRun): Error {
  const why =
    error instanceof Error
      ? `${error.name}: ${error.message}`
      : `the outcome of its run is "${trace.outcome}"`;
  return new Error(
    `The app never asked its model, so nothing can be checked: ${why}\n${whatHappened(trace)}`,
    { cause: error },
  );
}
