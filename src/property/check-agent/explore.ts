import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/assertions/verdict.ts';
import { callTool, say, user, type Step } from '../../script/steps.ts';
import type { TracedRequest } from '../../engine/run/events.ts';
import { ownSettings } from '../own-settings.ts';
import { argumentsWith } from '../script-generator/arguments/arguments.ts';
import { othersFor, takesNothing } from '../script-generator/map.ts';
import type { GivenValues } from '../shown-values/argument-values.ts';
import { Dictionary } from '../shown-values/dictionary.ts';
import { RunReader } from '../shown-values/read-run.ts';
import { valuesInSchema } from '../shown-values/read-values.ts';
import type { AgentSurface, Surface } from '../surface.ts';
import { scriptArbitrary } from '../script-generator/script-arbitrary.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import { handoffsTo, limitsIn, toolsIn, type Found } from './found-agents.ts';
import { callsOf, distinct, wayToAll } from './sample-calls.ts';
import { markedAsUnsure, patiently, playerOf, type Play, type PlaySettings } from './script-player.ts';

/** Limits on exploring. When one is reached, the surface is incomplete, which is not an error. */
const mostAgents = 30;
const mostPlays = 300;
/** Exploring stops after this many timeouts. */
const mostTimeouts = 3;
/**
 * How many generated scripts a round plays, how many steps a script has at most, and how many rounds there are at
 * most. Another round follows only if the last one found a new agent.
 */
const wanderings = 40;
const mostSteps = 14;
const mostRounds = 3;
/**
 * How many scripts call tools with shown values at most, and in how many rounds. Another round follows only if the last
 * one showed new values, so a value is reached behind at most three others.
 */
const mostShownPlays = 100;
const mostShownRounds = 3;

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

/**
 * Finds the agents and tools of an app that a model can reach, by playing short scripts. The first scripts show which
 * agent is asked first, and which agent each tool leads to when it is called with a few fixed arguments. Generated
 * scripts follow, since a tool may lead to another agent after other calls. Each script starts a new conversation. At
 * most 30 agents are found, and exploring stops after 300 plays or 3 timeouts. The real tools run, unless there are
 * stubs for them.
 *
 * Also fills the dictionary of values that the model is shown. Tools are called again with values from it, in rounds, to
 * find the values behind them. The scripts are the same for each seed of a check, so the dictionary is the same, too.
 *
 * An agent is identified by its name and its tools. Agents that a failed script reached are included. Rejects with an
 * Error if the app made no request at all. The Error says what happened.
 */
export async function explore(agent: AgentUnderTest, settings: PlaySettings = {}): Promise<Surface> {
  return await exploreBy(patiently(playerOf(agent, settings)));
}

/**
 * Explores with the given player. `seenFirst` gets the surface that is known once each tool was called. If
 * `seenFirst` throws, exploring ends with that error. `values` are arguments to try, beside the ones that are shown.
 */
export async function exploreBy(
  play: Play,
  {
    seenFirst = () => {},
    values,
  }: { seenFirst?: (surface: Surface) => void; values?: GivenValues | undefined } = {},
): Promise<Surface> {
  const found = new Exploration(play, values);
  await found.begin();
  await found.callEachTool();
  seenFirst(found.surface);
  await found.useShownValues();
  // A tool may lead elsewhere after other calls. So generated scripts look for more agents, as long as they find any.
  for (let round = 1; round <= mostRounds && (await found.wander(round)); round++) {
    await found.callEachTool();
    await found.useShownValues();
  }
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
  /** The calls with shown values that were played already, as text. */
  readonly #tried = new Set<string>();
  readonly #dictionary = new Dictionary();
  readonly #reader = new RunReader(this.#dictionary);
  readonly #values: GivenValues | undefined;
  #plays = 0;
  #shownPlays = 0;
  #timeouts = 0;

  constructor(play: Play, values?: GivenValues) {
    this.#play = play;
    this.#values = values;
  }

  get surface(): Surface {
    return {
      agents: this.#agents.map(({ name, tools, handoffs, limits }): AgentSurface => ({
        name,
        ...limits,
        tools: tools.map((tool) => ({ ...tool, handsOffTo: handoffs.get(tool.name) })),
      })),
      dictionary: this.#dictionary,
      values: this.#values,
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
          await this.#call(place, tool.name, [...found.way, call]);
        }
      }
    }
  }

  /** Plays steps whose last one calls a tool of the agent at `place`, and records where the call leads. */
  async #call(place: number, tool: string, way: readonly Step[]): Promise<void> {
    const { handoffs, handoffSteps } = this.#agents[place]!;
    const { trace } = await this.#played(way);
    const next = trace.requests[way.length];
    if (!next) return;
    const reached = this.#placeOf(next, way);
    const isHandoff = trace.handoffs.some(({ turn }) => turn === way.length);
    if (reached === undefined || !(isHandoff || reached !== place)) return;
    // A handoff to another agent replaces a handoff from the agent to itself.
    if (!handoffs.has(tool) || handoffs.get(tool) === place) {
      handoffs.set(tool, reached);
      handoffSteps.set(tool, way.at(-1)!);
    }
  }

  /**
   * Calls tools with shown values, each after the steps that showed the value, until no other values are shown. A new
   * world may know an id only after the call that made it.
   */
  async useShownValues(): Promise<void> {
    for (let round = 1; round <= mostShownRounds; round++) {
      const before = this.#dictionary.size;
      const { surface } = this;
      for (const [place, { tools }] of this.#agents.entries()) {
        for (const { name, parameters } of tools) {
          if (takesNothing(parameters)) continue;
          const shown = argumentsWith(parameters, othersFor(surface, name));
          for (const args of shown ? distinct(shown) : []) {
            const key = JSON.stringify([place, name, args]);
            if (this.#tried.has(key)) continue;
            if (this.#isOver || this.#shownPlays >= mostShownPlays) return;
            this.#tried.add(key);
            this.#shownPlays++;
            const way = this.#wayBefore(place, args);
            await this.#call(place, name, [...way, callTool(name, args, { hallucinated: true })]);
          }
        }
      }
      await this.callEachTool();
      if (this.#dictionary.size === before) return;
    }
  }

  /** The steps that show the values in `args`, and lead to the agent at `place` then. */
  #wayBefore(place: number, args: unknown): readonly Step[] {
    const shown = wayToAll(args, this.#dictionary);
    const at = shown?.at();
    const onwards = at === undefined ? undefined : handoffsTo(this.#agents, at, place);
    const way = shown && onwards && [...shown.steps, ...onwards];
    return way && way.length < mostSteps ? way : this.#agents[place]!.way;
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
        this.#noteHandoff(trace.handoffs, index, place, way[index - 1]);
      }
    }
    return this.#agents.length > before;
  }

  /** Records which agent a handoff led to, if the target of the tool was not known yet. */
  #noteHandoff(
    handoffs: ScenarioRun['trace']['handoffs'],
    index: number,
    place: number | undefined,
    step: Step | undefined,
  ): void {
    const handoff = handoffs.find(({ turn }) => turn === index);
    if (!handoff || place === undefined) return;
    for (const { name, tools, handoffs: known, handoffSteps } of this.#agents)
      if (
        name === handoff.from &&
        tools.some((tool) => tool.name === handoff.tool) &&
        !known.has(handoff.tool)
      ) {
        known.set(handoff.tool, place);
        if (step) handoffSteps.set(handoff.tool, step);
      }
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
    const { requests, events } = run.trace;
    this.#reader.read(events, (turn) => {
      const next = requests[turn];
      const steps = way.slice(0, turn);
      return { steps, at: () => next && this.#placeOf(next, steps) };
    });
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
    this.#agents.push({
      name: request.agent,
      tools,
      way,
      handoffs: new Map(),
      handoffSteps: new Map(),
      limits,
    });
    const place = this.#agents.length - 1;
    for (const { parameters } of tools)
      this.#dictionary.add(valuesInSchema(parameters), { steps: way, at: () => place });
    return place;
  }
}

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
