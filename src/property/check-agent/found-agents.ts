import type { CompletionRequest } from '../../engine/model/provider.ts';
import type { JsonSchema } from '../../engine/tools/json-schema.ts';
import type { Step } from '../../script/steps.ts';
import type { AgentSurface, ToolSurface } from '../surface.ts';

/** The facts about an agent that exploring has found. */
export interface Found {
  readonly name: string;
  readonly tools: Omit<ToolSurface, 'handsOffTo'>[];
  /** The calls that lead from the beginning of a conversation to this agent. */
  readonly way: readonly Step[];
  readonly handoffs: Map<string, number>;
  /** The steps that handed off, by tool. */
  readonly handoffSteps: Map<string, Step>;
  limits: Pick<AgentSurface, 'toolChoice' | 'parallelToolCalls'>;
}

/** The limits of a request for the calls of its answer. */
export function limitsIn({ tool_choice, parallel_tool_calls }: CompletionRequest): Found['limits'] {
  return { toolChoice: tool_choice, parallelToolCalls: parallel_tool_calls };
}

/** The tools that a request offers. */
export function toolsIn({ tools = [] }: CompletionRequest): Found['tools'] {
  return tools.flatMap((tool) =>
    tool.type === 'function'
      ? [{ name: tool.function.name, parameters: tool.function.parameters ?? noParameters }]
      : [],
  );
}

const noParameters: JsonSchema = { type: 'object', properties: {} };

/** The shortest steps that hand off from one agent to another; undefined if no way exists. */
export function handoffsTo(agents: readonly Found[], from: number, to: number): readonly Step[] | undefined {
  const ways = new Map<number, readonly Step[]>([[from, []]]);
  // The loop also visits the entries that it adds to the map.
  for (const [agent, way] of ways) {
    if (agent === to) return way;
    const { handoffs, handoffSteps } = agents[agent]!;
    for (const [tool, next] of handoffs) {
      const step = handoffSteps.get(tool);
      if (step && !ways.has(next)) ways.set(next, [...way, step]);
    }
  }
  return undefined;
}
