import { withCalls } from '../../script/step-kinds.ts';
import type { Step, ToolCallStep } from '../../script/steps.ts';
import { withoutAgent } from './simpler-graphs.ts';
import type { GraphSpec, ToolSpec } from '../generated-agents/spec.ts';

/** Generated agents and the steps that call their tools. */
export interface GraphCase {
  readonly graph: GraphSpec;
  readonly steps: readonly Step[];
}

/**
 * Simpler cases that need a change of agents and steps at once. An agent is left out together with one step of calls,
 * such as the handoff to that agent. A tool is renamed to t0, t1, … in all agents and calls. A tool loses its
 * parameters in all agents, and its arguments in all calls.
 */
export function* simplerCases(value: GraphCase): Generator<GraphCase> {
  const { graph, steps } = value;
  for (const agent of graph.keys()) {
    if (graph.length === 1) break;
    for (const [index, step] of steps.entries())
      if ('calls' in step) yield { graph: withoutAgent(graph, agent), steps: steps.toSpliced(index, 1) };
  }
  const names = [...new Set(graph.flatMap(({ tools }) => tools.map(({ name }) => name)))];
  for (const [index, name] of names.entries()) {
    const plain = `t${index}`;
    if (name !== plain && !names.includes(plain))
      yield changed(
        value,
        name,
        (tool) => ({ ...tool, name: plain }),
        (call) => ({ ...call, tool: plain }),
      );
    const takesSome = graph.some(({ tools }) =>
      tools.some((tool) => tool.name === name && tool.takes !== 'nothing'),
    );
    if (takesSome) yield changed(value, name, (tool) => ({ ...tool, takes: 'nothing' }), withoutArguments);
  }
}

function withoutArguments({ args: _args, rawArgs: _rawArgs, ...call }: ToolCallStep): ToolCallStep {
  return call;
}

function changed(
  { graph, steps }: GraphCase,
  name: string,
  changeTool: (tool: ToolSpec) => ToolSpec,
  changeCall: (call: ToolCallStep) => ToolCallStep,
): GraphCase {
  return {
    graph: graph.map((agent) => ({
      ...agent,
      tools: agent.tools.map((tool) => (tool.name === name ? changeTool(tool) : tool)),
    })),
    steps: withCalls(steps, (call) => (call.tool === name ? changeCall(call) : call)),
  };
}
