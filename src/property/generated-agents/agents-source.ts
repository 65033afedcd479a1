import { valueSource } from '../../script/source.ts';
import type { AgentSpec, Behaviour, GraphSpec, ToolSpec } from './spec.ts';

/** A graph as text for people: each agent with its tools, and what each tool does. */
export function graphSource(spec: GraphSpec): string {
  const agents = spec.map(
    (agent) =>
      `  ${valueSource(agent.name)}${settingsText(agent)}: [${agent.tools
        .map((one) => toolText(one, spec))
        .join(', ')}]`,
  );
  return `agents {\n${agents.join(',\n')}\n}`;
}

function settingsText({ tellsContext, model, toolChoice, oneCallAtATime }: AgentSpec): string {
  const settings = [
    ...(tellsContext ? ['instructions show the context'] : []),
    ...(model === undefined ? [] : [`model ${valueSource(model)}`]),
    ...(toolChoice === undefined ? [] : [`tool choice ${valueSource(toolChoice)}`]),
    ...(oneCallAtATime ? ['one call at a time'] : []),
  ];
  return settings.length === 0 ? '' : ` (${settings.join(', ')})`;
}

function toolText({ name, behaviour, takes, isAsync }: ToolSpec, spec: GraphSpec): string {
  const argument = takes === 'nothing' ? '' : `x: ${takes}`;
  return `${isAsync ? 'async ' : ''}${name}(${argument}) => ${behaviourText(behaviour, spec)}`;
}

function behaviourText(behaviour: Behaviour, spec: GraphSpec): string {
  const { does } = behaviour;
  const target = 'to' in behaviour ? [valueSource(spec[behaviour.to]?.name ?? '')] : [];
  const key = 'key' in behaviour ? [valueSource(behaviour.key)] : [];
  const value = 'value' in behaviour ? [valueSource(behaviour.value)] : [];
  return [does, ...target, ...key, ...value].join(' ');
}
