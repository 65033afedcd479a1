import { Agent, type ContextVariables } from '../../engine/tools/agent.ts';
import { copyData, setOwn } from '../../engine/values/copy.ts';
import { Result } from '../../engine/tools/result.ts';
import { tool, type AgentFunction } from '../../engine/tools/tool.ts';
import type { Surface } from '../surface.ts';
import type { Behaviour, GraphSpec, ToolSpec } from './spec.ts';

const specs = new WeakMap<Agent, GraphSpec>();

/** The graph that has this agent as its first agent; undefined for any other agent. */
export function specOf(agent: Agent): GraphSpec | undefined {
  return specs.get(agent);
}

/** Builds the agents of a graph and returns the first. The agents keep no state between runs. */
export function buildGraph(spec: GraphSpec): Agent {
  const agents = spec.map(
    ({ name, tellsContext, model, toolChoice, oneCallAtATime = false }) =>
      new Agent({
        name,
        model,
        toolChoice,
        parallelToolCalls: !oneCallAtATime,
        instructions: tellsContext
          ? (context: ContextVariables) => {
              const known = JSON.stringify(context);
              // The engine passes a copy to the instructions, so this change must not appear anywhere else.
              setOwn(context, 'told', known);
              return `You are ${name}. You know ${known}.`;
            }
          : `You are ${name}.`,
      }),
  );
  for (const [index, { tools }] of spec.entries())
    agents[index]!.functions = tools.map((one) => functionOf(one, agents));
  const [first = new Agent()] = agents;
  specs.set(first, spec);
  return first;
}

function functionOf({ name, behaviour, takes, isAsync }: ToolSpec, agents: readonly Agent[]): AgentFunction {
  const now = (args: object, context: ContextVariables) => act(behaviour, args, context, agents);
  const later = async (args: object, context: ContextVariables) => {
    await Promise.resolve();
    return now(args, context);
  };
  const execute = isAsync ? later : now;
  if (takes === 'nothing') {
    const plain = (context: ContextVariables): unknown => execute({}, context);
    return Object.defineProperty(plain, 'name', { value: name });
  }
  const x = takes === 'integer' ? { type: 'integer' } : {};
  return tool({
    name,
    description: `Does ${behaviour.does}.`,
    parameters: { type: 'object', properties: { x }, ...(takes === 'integer' && { required: ['x'] }) },
    execute: (args, { contextVariables }) => execute(args, contextVariables),
  });
}

function act(
  behaviour: Behaviour,
  args: object,
  context: ContextVariables,
  agents: readonly Agent[],
): unknown {
  switch (behaviour.does) {
    case 'echo':
      return JSON.stringify(args);
    case 'return':
      return behaviour.value;
    case 'read':
      return JSON.stringify(context);
    case 'write':
      // A copy, because later tools of the run change the written value.
      setOwn(context, behaviour.key, copyData(behaviour.value));
      return 'written';
    case 'delete':
      delete context[behaviour.key];
      return undefined;
    case 'append': {
      const { key } = behaviour;
      const list: unknown = Object.hasOwn(context, key) ? context[key] : undefined;
      if (Array.isArray(list)) list.push(list.length);
      else setOwn(context, key, [0]);
      return { appended: true };
    }
    case 'update':
      return new Result({ value: 'updated', contextVariables: entry(behaviour) });
    case 'handoff':
      return agents[behaviour.to];
    case 'handoff-and-update':
      return new Result({
        value: 'handed off',
        agent: agents[behaviour.to],
        contextVariables: entry(behaviour),
      });
    case 'throw':
      throw new Error(behaviour.message);
    case 'return-unsendable':
      return 1n;
  }
}

function entry({ key, value }: { key: string; value: unknown }): object {
  const one: object = {};
  setOwn(one, key, value);
  return one;
}

/** The agents and tools of a graph as a model sees them. */
export function surfaceOfGraph(spec: GraphSpec): Surface {
  return {
    agents: spec.map(({ name, tools, toolChoice, oneCallAtATime = false }) => ({
      name,
      toolChoice,
      parallelToolCalls: !oneCallAtATime,
      tools: tools.map((one) => ({
        name: one.name,
        parameters: parametersOf(one),
        handsOffTo: 'to' in one.behaviour ? one.behaviour.to : undefined,
      })),
    })),
  };
}

function parametersOf({ takes }: ToolSpec): Surface['agents'][number]['tools'][number]['parameters'] {
  if (takes === 'nothing') return { type: 'object', properties: {} };
  return takes === 'integer'
    ? { type: 'object', properties: { x: { type: 'integer' } }, required: ['x'] }
    : { type: 'object', properties: { x: {} } };
}
