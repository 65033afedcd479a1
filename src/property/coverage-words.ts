import { declaredArguments } from '../engine/tools/json-schema.ts';
import { countOf } from '../engine/values/count-of.ts';
import { keySource } from '../script/source.ts';
import type { Coverage, ToolCoverage } from './coverage.ts';
import type { Surface } from './surface.ts';

/** How many arguments of a tool an example names at most. */
const mostArguments = 3;

/** How many calls of a tool there were. */
export function callsOf({ ok, errors }: ToolCoverage): number {
  return Object.values(errors).reduce((sum, count) => sum + count, ok);
}

/** Sentences that name each gap. The tools of an agent that was never active have no sentences of their own. */
export function missingWords(
  { agents, tools }: Pick<Coverage, 'agents' | 'tools'>,
  surface: Surface,
): readonly string[] {
  const idle = new Set(agents.flatMap(({ agent, count }) => (count === 0 ? agent : [])));
  return [
    ...[...idle].map((agent) => `The agent ${JSON.stringify(agent)} was never active.`),
    ...tools
      .filter((tool) => !idle.has(tool.agent) && callsOf(tool) === 0)
      .map(({ agent, tool }) => `${toolWords(agent, tool)} was never called.`),
    ...neverSucceededWords(tools, surface),
  ];
}

/** A sentence for each tool that was called and never succeeded, with a remedy. */
export function neverSucceededWords(tools: readonly ToolCoverage[], surface: Surface): readonly string[] {
  return tools
    .filter((tool) => tool.ok === 0 && callsOf(tool) > 0)
    .map((one) => {
      const { agent, tool, errors } = one;
      const kinds = Object.entries(errors).map(([kind, count]) => `${kind}: ${count}`);
      const calls = `${countOf(callsOf(one), 'call')} (${kinds.join(', ')})`;
      return `${toolWords(agent, tool)} never succeeded in ${calls}, so nothing behind it was tested. ${remedyFor(one, surface)}`;
    });
}

function toolWords(agent: string, tool: string): string {
  return `The tool ${JSON.stringify(tool)} of ${JSON.stringify(agent)}`;
}

function remedyFor({ agent, tool }: ToolCoverage, { agents }: Surface): string {
  const { parameters = {} } =
    agents
      .filter(({ name }) => name === agent)
      .flatMap(({ tools }) => tools)
      .find(({ name }) => name === tool) ?? {};
  const { required } = parameters;
  const names = [...declaredArguments(parameters).names];
  const needed = names.filter((name) => Array.isArray(required) && required.includes(name));
  const named = (needed.length === 0 ? names : needed).slice(0, mostArguments);
  if (named.length === 0)
    return 'Begin with the state that it needs (contextVariables, or a factory), or replace it with a stub (tools).';
  const example = named.map((name) => `${keySource(name)}: [...]`).join(', ');
  return `Give it arguments that work: values: { ${keySource(tool)}: { ${example} } }.`;
}
