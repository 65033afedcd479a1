import fc from 'fast-check';
import type { CompletionRequest } from '../../engine/model/provider.ts';
import type { JsonSchema } from '../../engine/tools/json-schema.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/verdicts/verdict.ts';
import { callTool, say, user, type Step } from '../../script/steps.ts';
import type { TracedRequest } from '../../engine/run/events.ts';
import { argumentsFor } from '../script/arguments/arguments.ts';
import type { AgentSurface, Surface, ToolSurface } from '../surface.ts';
import { patiently, playerOf, type Play, type PlaySettings } from './play.ts';

/** Limits on what is explored: beyond them a surface is not complete, and no error. */
const mostAgents = 30;
const mostPlays = 300;

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
 * it is called once, with arguments that are always the same. Breadth first, each play from the beginning; at most 30 agents and
 * 300 plays. The tools really run, unless there are stubs for them.
 *
 * An agent is known by its name and its tools. Where an app fails on the way, what was seen until then counts. Rejects with an
 * Error that says what happened where not even the first request came.
 */
export async function explore(agent: AgentUnderTest, settings: PlaySettings = {}): Promise<Surface> {
  return await exploreBy(patiently(playerOf(agent, settings)));
}

/** The same with whatever plays the scripts. */
export async function exploreBy(play: Play): Promise<Surface> {
  const agents: Found[] = [];
  const places = new Map<string, number>();
  const placeOf = (request: TracedRequest, way: readonly Step[]): number | undefined => {
    const tools = toolsIn(request.request);
    const key = JSON.stringify([request.agent, tools]);
    const known = places.get(key);
    if (known !== undefined || agents.length === mostAgents) return known;
    places.set(key, agents.length);
    agents.push({ name: request.agent, tools, way, handoffs: new Map() });
    return agents.length - 1;
  };

  const first = await play([user(greeting), say(ending)]);
  const [request] = first.trace.requests;
  if (!request) throw neverAsked(first);
  placeOf(request, []);
  let plays = 1;
  // Those that are found on the way are walked as well.
  for (const [place, found] of agents.entries()) {
    for (const { name, parameters } of found.tools) {
      if (plays === mostPlays) return surfaceOf(agents);
      plays++;
      const way = [...found.way, callOf(name, parameters)];
      const { trace } = await play([user(greeting), ...way, say(ending)]);
      const next = trace.requests[way.length];
      if (!next) continue;
      const reached = placeOf(next, way);
      const isHandoff = trace.handoffs.some(({ turn }) => turn === way.length);
      if (reached !== undefined && (isHandoff || reached !== place)) found.handoffs.set(name, reached);
    }
  }
  return surfaceOf(agents);
}

const greeting = 'hi';
const ending = 'ok';

function callOf(tool: string, parameters: JsonSchema): Step {
  const [args] = fc.sample(argumentsFor(parameters), { seed: 1, numRuns: 1 });
  // What the tool's own library still refuses is no mistake of a script.
  return callTool(tool, args, { hallucinated: true });
}

function toolsIn({ tools = [] }: CompletionRequest): Found['tools'] {
  return tools.flatMap((tool) =>
    tool.type === 'function'
      ? [{ name: tool.function.name, parameters: tool.function.parameters ?? noParameters }]
      : [],
  );
}

const noParameters: JsonSchema = { type: 'object', properties: {} };

function surfaceOf(agents: readonly Found[]): Surface {
  return {
    agents: agents.map(({ name, tools, handoffs }): AgentSurface => ({
      name,
      tools: tools.map((tool) => ({ ...tool, handsOffTo: handoffs.get(tool.name) })),
    })),
  };
}

function neverAsked({ trace, error }: ScenarioRun): Error {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : `it ended ${trace.outcome}`;
  return new Error(
    `The app never asked its model, so nothing can be checked: ${why}\n${whatHappened(trace)}`,
    { cause: error },
  );
}
