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

/** Limits on what is explored: beyond them a surface is not complete, and no error. */
const mostAgents = 30;
const mostPlays = 300;
/** So often a time limit may pass. */
const mostTimeouts = 3;
/** With so many arguments each tool is called. */
const mostSamples = 4;
/** So many generated scripts of so many steps are played, and so often anew while something new is found. */
const wanderings = 40;
const mostSteps = 14;
const mostRounds = 3;

/** What ends a run, or begins another one, leads nowhere. */
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

/** What is known of an agent while exploring. */
interface Found {
  readonly name: string;
  readonly tools: Omit<ToolSurface, 'handsOffTo'>[];
  /** The calls that lead there from the beginning. */
  readonly way: readonly Step[];
  readonly handoffs: Map<string, number>;
}

/**
 * What a model can reach of an app, found by playing short scripts: who is asked first, and what each of its tools leads to when
 * it is called with a few arguments, always the same; then what some generated scripts lead to, since that may depend on what was
 * done before. Each play is from the beginning; at most 30 agents and 300 plays. The tools really run, unless there are stubs for
 * them.
 *
 * An agent is known by its name and its tools. Where an app fails on the way, what was seen until then counts. Rejects with an
 * Error that says what happened where not even the first request came.
 */
export async function explore(agent: AgentUnderTest, settings: PlaySettings = {}): Promise<Surface> {
  return await exploreBy(patiently(playerOf(agent, settings)));
}

/** The same with whatever plays the scripts. `seenFirst` is told what there is once each tool was called, and may throw. */
export async function exploreBy(
  play: Play,
  seenFirst: (surface: Surface) => void = () => {},
): Promise<Surface> {
  const found = new Exploration(play);
  await found.begin();
  await found.callEachTool();
  seenFirst(found.surface);
  // What an agent leads to may depend on what was done before: so it is looked at where chance leads, as long as there is news.
  for (let round = 1; round <= mostRounds && (await found.wander(round)); round++) await found.callEachTool();
  return found.surface;
}

const greeting = 'hi';
const ending = 'ok';

class Exploration {
  readonly #play: Play;
  readonly #agents: Found[] = [];
  readonly #places = new Map<string, number>();
  /** Of these tools is known where they lead. */
  readonly #called = new Set<object>();
  #plays = 0;
  #timeouts = 0;

  constructor(play: Play) {
    this.#play = play;
  }

  get surface(): Surface {
    return {
      agents: this.#agents.map(({ name, tools, handoffs }): AgentSurface => ({
        name,
        tools: tools.map((tool) => ({ ...tool, handsOffTo: handoffs.get(tool.name) })),
      })),
    };
  }

  /** Who is asked first. Rejects where nobody is. */
  async begin(): Promise<void> {
    const first = await this.#played([]);
    const [request] = first.trace.requests;
    if (!request) throw neverAsked(first);
    this.#placeOf(request, []);
  }

  /** Calls each tool with a few arguments; those of agents that are found on the way as well. */
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
          // To somebody else, rather than to itself.
          if (!found.handoffs.has(tool.name) || found.handoffs.get(tool.name) === place)
            found.handoffs.set(tool.name, reached);
        }
      }
    }
  }

  /** Plays some generated scripts. Whether anything new was found. */
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

  /** Who was handed off to before a request, where that was not known of the tool. */
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

  /** An app that hangs each time would be explored for minutes. */
  get #isOver(): boolean {
    return this.#plays >= mostPlays || this.#timeouts >= mostTimeouts;
  }

  async #played(way: readonly Step[]): Promise<ScenarioRun> {
    this.#plays++;
    const run = await this.#play([user(greeting), ...way, say(ending)]);
    if (run.error instanceof ScenarioTimeoutError) this.#timeouts++;
    return run;
  }

  /** Which agent a request comes from: a new one, if there is none with its name and its tools. */
  #placeOf(request: TracedRequest, way: readonly Step[]): number | undefined {
    const tools = toolsIn(request.request);
    const key = JSON.stringify([request.agent, tools]);
    const known = this.#places.get(key);
    if (known !== undefined || this.#agents.length === mostAgents) return known;
    this.#places.set(key, this.#agents.length);
    this.#agents.push({ name: request.agent, tools, way, handoffs: new Map() });
    return this.#agents.length - 1;
  }
}

/** With the same few arguments each time. */
function callsOf({ name, parameters }: Found['tools'][number]): Step[] {
  const samples = fc.sample(argumentsFor(parameters), ownSettings({ seed: 1, numRuns: mostSamples }));
  const distinct = new Map(samples.map((args) => [JSON.stringify(args), args]));
  // What the tool's own library still refuses is no mistake of a script.
  return Array.from(distinct.values(), (args) => callTool(name, args, { hallucinated: true }));
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
  const why = error instanceof Error ? `${error.name}: ${error.message}` : `it ended ${trace.outcome}`;
  return new Error(
    `The app never asked its model, so nothing can be checked: ${why}\n${whatHappened(trace)}`,
    { cause: error },
  );
}
