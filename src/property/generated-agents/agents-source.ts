import { valueSource } from '../../script/source.ts';
import type { Behaviour, GraphSpec, ToolSpec } from './spec.ts';

/** A graph as text for people: each agent with its tools, and what each tool does. */
export function graphSource(spec: GraphSpec): string {
  const agents = spec.map(
    ({ name, tellsContext, tools }) =>
      `  ${valueSource(name)}${tellsContext ? ' (instructions show the context)' : ''}: [${tools
        .map((one) => toolText(one, spec))
        .join(', ')}]`,
  );
  return `agents {\n${agents.join(',\n')}\n}`;
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
