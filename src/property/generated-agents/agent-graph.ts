import fc, { type Arbitrary } from 'fast-check';
import { assertKnownOptions } from '../../engine/values/known-fields.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import type { Agent } from '../../engine/tools/agent.ts';
import { buildGraph, specOf } from './build.ts';
import { graphSource } from './agents-source.ts';
import type { AgentSpec, Behaviour, GraphSpec, ToolSpec } from './spec.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/**
 * Generates agents that hand off to each other in any way, cycles included, for testing an engine. They have
 * different models, and some have a `toolChoice` or `parallelToolCalls: false`. Their tools answer, with 0, false,
 * null and nothing too, read, write and update the context variables, throw, and return values that cannot be sent to
 * a model. Some of the tools are plain functions, some are async, and some have names that every object inherits. The agents keep
 * no state between runs, so an agent can run often and several times at once. A counterexample prints as a list of
 * the agents and their tools. `maxAgents` is 4 by default.
 */
export function agentGraph(options: { maxAgents?: number | undefined } = {}): Arbitrary<Agent> {
  assertKnownOptions('agentGraph', options, ['maxAgents']);
  const { maxAgents = 4 } = options;
  if (!Number.isInteger(maxAgents) || maxAgents < 1)
    throw new UsageError(
      sentence`${{ field: 'maxAgents' }} must be ${{ expected: 'a whole number above 0' }}, but is ${{ given: valueWords(maxAgents) }}.`,
    );
  return graphSpec(maxAgents).map(printable, (agent) => {
    const spec = specOf(agent as Agent);
    if (!spec) throw new UsageError('agentGraph did not generate this agent.');
    return spec;
  });
}

function printable(spec: GraphSpec): Agent {
  const agent = buildGraph(spec);
  return Object.defineProperty(agent, fc.toStringMethod, { value: () => graphSource(spec) });
}

/** Generates the agents of `agentGraph` as plain data. */
export function graphSpec(maxAgents: number): Arbitrary<GraphSpec> {
  return fc
    .array(agentSpec, { maxLength: maxAgents })
    .filter((agents) => agents.length > 0)
    .map(linked);
}

const keys = fc.constantFrom('a', 'b', 'list', '__proto__', 'constructor');
const values = fc.oneof(fc.nat(3), fc.constantFrom<unknown>('text', null, [1], { deep: { er: 1 } }));

/** Also values that a careless engine takes for nothing. */
const results = fc.constantFrom<unknown>('text', '', 0, 7, null, true, false, { an: 'object' }, [1, 'b'], []);

/** Short and long, because the model needs the whole message. */
const thrown = fc.constantFrom('It is broken.', `It is broken.\n${'It needs repair. '.repeat(10)}`);

const behaviour: Arbitrary<Behaviour> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Behaviour>({ does: 'echo' }) },
  { weight: 1, arbitrary: results.map((value): Behaviour => ({ does: 'return', value })) },
  { weight: 2, arbitrary: fc.constant<Behaviour>({ does: 'read' }) },
  {
    weight: 2,
    arbitrary: fc.tuple(keys, values).map(([key, value]): Behaviour => ({ does: 'write', key, value })),
  },
  { weight: 1, arbitrary: keys.map((key): Behaviour => ({ does: 'delete', key })) },
  { weight: 2, arbitrary: keys.map((key): Behaviour => ({ does: 'append', key })) },
  {
    weight: 3,
    arbitrary: fc.tuple(keys, values).map(([key, value]): Behaviour => ({ does: 'update', key, value })),
  },
  { weight: 5, arbitrary: fc.nat(5).map((to): Behaviour => ({ does: 'handoff', to })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(5), keys, values)
      .map(([to, key, value]): Behaviour => ({ does: 'handoff-and-update', to, key, value })),
  },
  { weight: 1, arbitrary: thrown.map((message): Behaviour => ({ does: 'throw', message })) },
  { weight: 1, arbitrary: fc.constant<Behaviour>({ does: 'return-unsendable' }) },
);

/** Names that a lookup finds in every object literal, even an empty one. */
const hostileNames = ['constructor', '__proto__', 'toString', 'valueOf'];

const toolSpec: Arbitrary<ToolSpec> = fc.record({
  name: fc.oneof(
    { weight: 9, arbitrary: fc.nat(5).map((number) => `t${number}`) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileNames) },
  ),
  behaviour,
  takes: fc.constantFrom<ToolSpec['takes']>('nothing', 'anything', 'integer'),
  isAsync: fc.boolean(),
});

const agentSpec: Arbitrary<AgentSpec> = fc.record({
  name: fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'Ünï "quoted"\n🤝', ' ') },
  ),
  tellsContext: fc.boolean(),
  model: fc.constantFrom(undefined, undefined, 'a-model', 'b-model'),
  toolChoice: fc.constantFrom(undefined, undefined, undefined, 'auto' as const),
  oneCallAtATime: fc.nat(15).map((number) => number === 15),
  tools: fc.uniqueArray(toolSpec, { maxLength: 6, selector: ({ name }) => name }),
});

/** Makes every handoff lead to an existing agent, and every name unique. */
function linked(agents: readonly AgentSpec[]): GraphSpec {
  return agents.map((agent, index) => ({
    ...agent,
    name: agent.name === '' ? `A${index}` : `${agent.name}${index}`,
    tools: agent.tools.map((one) =>
      'to' in one.behaviour
        ? { ...one, behaviour: { ...one.behaviour, to: one.behaviour.to % agents.length } }
        : one,
    ),
  }));
}
