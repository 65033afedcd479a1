import type { AgentSpec, GraphSpec, ToolSpec } from '../generated-agents/spec.ts';

/** Smaller graphs: without an agent, without a tool, or with simpler agents and tools. Each graph can be built. */
export function* simplerGraphs(spec: GraphSpec): Generator<GraphSpec> {
  // Without the first agent, the next one is asked first.
  for (const index of spec.keys()) if (spec.length > 1) yield withoutAgent(spec, index);
  for (const [index, agent] of spec.entries())
    for (const simpler of simplerAgents(agent, index)) yield spec.with(index, simpler);
}

/** The graph without this agent. Handoffs to it lead to the first agent instead. */
export function withoutAgent(spec: GraphSpec, gone: number): GraphSpec {
  return spec
    .toSpliced(gone, 1)
    .map((agent) => ({ ...agent, tools: agent.tools.map((one) => retargeted(one, gone)) }));
}

function retargeted(tool: ToolSpec, gone: number): ToolSpec {
  const { behaviour } = tool;
  if (!('to' in behaviour)) return tool;
  const to = behaviour.to === gone ? 0 : behaviour.to - (behaviour.to > gone ? 1 : 0);
  return { ...tool, behaviour: { ...behaviour, to } };
}

function* simplerAgents(agent: AgentSpec, index: number): Generator<AgentSpec> {
  const { name, tellsContext, model, toolChoice, oneCallAtATime, tools } = agent;
  if (tools.length > 1) yield { ...agent, tools: [] };
  for (const at of tools.keys()) yield { ...agent, tools: tools.toSpliced(at, 1) };
  if (tellsContext) yield { ...agent, tellsContext: false };
  if (model !== undefined) yield { ...agent, model: undefined };
  if (toolChoice !== undefined) yield { ...agent, toolChoice: undefined };
  if (oneCallAtATime) yield { ...agent, oneCallAtATime: false };
  if (name !== `A${index}`) yield { ...agent, name: `A${index}` };
  for (const [at, one] of tools.entries())
    for (const simpler of simplerTools(one)) yield { ...agent, tools: tools.with(at, simpler) };
}

function* simplerTools(tool: ToolSpec): Generator<ToolSpec> {
  const { behaviour, takes, isAsync } = tool;
  if (behaviour.does !== 'echo') yield { ...tool, behaviour: { does: 'echo' } };
  if (behaviour.does === 'handoff-and-update') {
    const { to, key, value } = behaviour;
    yield { ...tool, behaviour: { does: 'handoff', to } };
    yield { ...tool, behaviour: { does: 'update', key, value } };
  }
  if (behaviour.does === 'throw' && behaviour.message !== 'It is broken.')
    yield { ...tool, behaviour: { does: 'throw', message: 'It is broken.' } };
  if (isAsync) yield { ...tool, isAsync: false };
  if (takes !== 'nothing') yield { ...tool, takes: 'nothing' };
  if ('key' in behaviour && behaviour.key !== 'a') yield { ...tool, behaviour: { ...behaviour, key: 'a' } };
  if ('value' in behaviour && behaviour.value !== 0) yield { ...tool, behaviour: { ...behaviour, value: 0 } };
}
