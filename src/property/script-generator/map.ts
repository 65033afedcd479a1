import fc, { type Arbitrary } from 'fast-check';
import { declaredArguments, type JsonSchema } from '../../engine/tools/json-schema.ts';
import { ArgumentValues } from '../shown-values/argument-values.ts';
import type { Surface } from '../surface.ts';
import { limitsOf, type AnswerLimits } from './limits.ts';
import { toolArguments, type ToolArguments } from './arguments/arguments.ts';

/**
 * A tool of an agent, with everything that a call needs. Tools with the same name, schema and handoff target share
 * one object.
 */
export interface MappedTool {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly handsOffTo: number | undefined;
  readonly arguments: ToolArguments;
  /**
   * Whether the tool takes no arguments. The handoff of a tool without arguments is certain, because only
   * arguments can be refused.
   */
  readonly isPlain: boolean;
}

/** A call that hands off. It is inserted before a call of another agent's tool. */
interface Handoff {
  readonly tool: MappedTool;
  readonly args: object;
}

/** The agents of a surface and the handoffs between them. */
export interface AgentMap {
  /** The tools of each agent, by name. */
  readonly tools: readonly ReadonlyMap<string, MappedTool>[];
  /** Which answers the requests of each agent allow. */
  readonly limits: readonly AnswerLimits[];
  /**
   * The shortest way, in valid handoffs that the requests allow, from an agent to one that `isMeant` accepts;
   * undefined if no way exists.
   */
  readonly way: (from: number, isMeant: (agent: number) => boolean) => readonly Handoff[] | undefined;
}

const maps = new WeakMap<Surface, AgentMap>();

/** The map of a surface; made only once. */
export function mapOf(surface: Surface): AgentMap {
  const known = maps.get(surface);
  if (known) return known;
  const shared = new Map<string, MappedTool>();
  const argumentsByKey = new Map<string, ToolArguments>();
  const tools = surface.agents.map((agent) => {
    const byName = new Map<string, MappedTool>();
    for (const { name, parameters, handsOffTo } of agent.tools) {
      const schema = JSON.stringify(parameters);
      const key = JSON.stringify([name, schema, handsOffTo]);
      const isPlain = takesNothing(parameters);
      // Tools with other names are shown other values.
      const argumentsKey = isPlain ? schema : JSON.stringify([name, schema]);
      const ownArguments =
        argumentsByKey.get(argumentsKey) ??
        toolArguments(parameters, isPlain ? undefined : othersFor(surface, name));
      argumentsByKey.set(argumentsKey, ownArguments);
      const tool = shared.get(key) ?? {
        name,
        schema: parameters,
        handsOffTo: surface.agents[handsOffTo ?? -1] && handsOffTo,
        arguments: ownArguments,
        isPlain,
      };
      shared.set(key, tool);
      byName.set(name, tool);
    }
    return byName;
  });
  const limits = surface.agents.map(limitsOf);
  const map: AgentMap = { tools, limits, way: waysBetween(tools, limits) };
  maps.set(surface, map);
  return map;
}

/** The values for the arguments of a tool besides the plain ones. */
export function othersFor({ dictionary, values = {} }: Surface, tool: string): ArgumentValues {
  return new ArgumentValues(tool, dictionary, Object.hasOwn(values, tool) ? values[tool] : undefined);
}

/** Whether a tool with this schema takes no arguments. */
export function takesNothing(schema: JsonSchema): boolean {
  const { names, patterns, others } = declaredArguments(schema);
  return names.size + patterns.length === 0 && !others;
}

function waysBetween(tools: AgentMap['tools'], limits: AgentMap['limits']): AgentMap['way'] {
  const handoffs = tools.map((own, agent) =>
    [...own.values()]
      .filter(({ name, handsOffTo }) => handsOffTo !== undefined && limits[agent]!.allows(name))
      // If two handoffs lead to the same agent, prefer the one without arguments that could be refused.
      .toSorted((one, other) => Number(other.isPlain) - Number(one.isPlain))
      .flatMap((tool): Handoff[] => {
        const { valid } = tool.arguments;
        return valid ? [{ tool, args: plainest(valid) }] : [];
      }),
  );
  const from: (Map<number, readonly Handoff[]> | undefined)[] = [];
  return (start, isMeant) => {
    // The shortest ways come first.
    for (const [agent, way] of (from[start] ??= waysFrom(handoffs, start))) if (isMeant(agent)) return way;
    return undefined;
  };
}

/** The smallest valid arguments, to which all others shrink. */
function plainest(valid: Arbitrary<object>): object {
  const { counterexample } = fc.check(
    fc.property(valid, () => false),
    { seed: 1 },
  );
  return counterexample?.[0] ?? {};
}

/** Searches breadth first, so the first way to an agent is a shortest one. */
function waysFrom(handoffs: readonly (readonly Handoff[])[], start: number): Map<number, readonly Handoff[]> {
  const ways = new Map<number, readonly Handoff[]>([[start, []]]);
  // The loop also visits the entries that it adds to the map.
  for (const [agent, way] of ways) {
    for (const handoff of handoffs[agent] ?? []) {
      const to = handoff.tool.handsOffTo!;
      if (!ways.has(to)) ways.set(to, [...way, handoff]);
    }
  }
  return ways;
}
