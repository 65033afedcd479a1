/**
 * Invariants about the agents: unused agents and tools, and the order of declaration, change nothing. They build the
 * agents of a case once more, changed.
 */
import { expect } from 'vitest';
import { runScenario, type ScenarioRun } from 'swarmcheck/testing';
import { buildGraph } from '../../../src/property/generated-agents/build.ts';
import type { AgentSpec, GraphSpec, ToolSpec } from '../../../src/property/generated-agents/spec.ts';
import type { EngineCase } from '../../property/engines.ts';

const unused: ToolSpec = {
  name: 'nobody_calls_this',
  behaviour: { does: 'throw', message: 'It was called.' },
  takes: 'anything',
  isAsync: false,
};

/** The events and the response of a run, without the offered tools and without the texts that list them. */
function withoutTools({ trace, response }: ScenarioRun): unknown {
  const told = /Available tools: .*|There are no tools\./;
  const events = trace.events.map((event) => {
    if (event.type !== 'model-request') return event;
    const { tools: _tools, tool_choice: _choice, parallel_tool_calls: _parallel, ...request } = event.request;
    return { ...event, request };
  });
  const all = { events, response: response && { ...response, agent: response.agent.name } };
  const plain: unknown = JSON.parse(
    JSON.stringify(all, (_key, value: unknown) =>
      typeof value === 'string' ? value.replace(told, 'Available tools: …') : value,
    ),
  );
  return plain;
}

async function changesOnlyTools(
  { spec, scenario }: EngineCase,
  change: (spec: GraphSpec) => GraphSpec,
): Promise<void> {
  const plain = await runScenario(scenario);
  const changed = await runScenario({ ...scenario, agent: buildGraph(change(spec)) });
  expect(withoutTools(changed)).toEqual(withoutTools(plain));
}

const withTools = (agent: AgentSpec, tools: readonly ToolSpec[]): AgentSpec => ({ ...agent, tools });

export const graphInvariants: Record<string, (one: EngineCase) => Promise<void>> = {
  'a tool that is never called changes only the offered tools': (one) =>
    changesOnlyTools(one, (spec) => spec.map((agent) => withTools(agent, [...agent.tools, unused]))),
  'an agent that is never reached changes only the offered tools': (one) =>
    changesOnlyTools(one, (spec) => [
      ...spec.map((agent) =>
        withTools(agent, [...agent.tools, { ...unused, behaviour: { does: 'handoff', to: spec.length } }]),
      ),
      { name: 'Nobody', tellsContext: false, tools: [] },
    ]),
  'the order in which tools are declared changes only the offered tools': (one) =>
    changesOnlyTools(one, (spec) => spec.map((agent) => withTools(agent, agent.tools.toReversed()))),
  'the order in which agents are declared changes nothing': async ({ spec, scenario }) => {
    // The first agent stays first, because a run begins with it.
    const order = [
      0,
      ...spec
        .map((_agent, index) => index)
        .slice(1)
        .toReversed(),
    ];
    const moved = order.map((index) =>
      withTools(
        spec[index]!,
        spec[index]!.tools.map((one) =>
          'to' in one.behaviour
            ? { ...one, behaviour: { ...one.behaviour, to: order.indexOf(one.behaviour.to) } }
            : one,
        ),
      ),
    );
    const plain = await runScenario(scenario);
    const other = await runScenario({ ...scenario, agent: buildGraph(moved) });
    expect(other.trace.diff(plain.trace)?.text).toBeUndefined();
    expect(other.trace.hash).toBe(plain.trace.hash);
  },
};
