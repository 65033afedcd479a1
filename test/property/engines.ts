/** Scenarios to test the engine with: generated agents, and scripts of everything that a model could do to them. */
import fc from 'fast-check';
import type { Message } from '../../src/engine/model/messages.ts';
import { graphSpec } from '../../src/property/generated-agents/agent-graph.ts';
import { buildGraph, surfaceOfGraph } from '../../src/property/generated-agents/build.ts';
import type { GraphSpec } from '../../src/property/generated-agents/spec.ts';
import { scriptArbitrary } from '../../src/property/script-generator/script-arbitrary.ts';
import type { Way } from '../../src/property/observed/observed-play.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** The number of graphs. Each keeps the arbitrary of its scripts, which takes longer to make than a case to play. */
const graphCount = 150;

let specs: GraphSpec[] | undefined;
const scriptsOf = new Map<GraphSpec, fc.Arbitrary<Scenario['steps']>>();

function graph(index: number): GraphSpec {
  specs ??= fc.sample(graphSpec(4), { seed: 1, numRuns: graphCount });
  return specs[index]!;
}

/** Made on first use, because a search that ends early needs few of them. */
function scriptsFor(spec: GraphSpec): fc.Arbitrary<Scenario['steps']> {
  const known = scriptsOf.get(spec);
  if (known) return known;
  const scripts = scriptArbitrary(surfaceOfGraph(spec), {
    maxSteps: 14,
    features: { 'huge-content': 0.1, 'cut-stream': 2 },
  });
  scriptsOf.set(spec, scripts);
  return scripts;
}

const history: Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Good morning.' },
  { role: 'assistant', content: 'Hello!', sender: 'A0' },
];

/** A scenario, and the specification of the graph that its agents are built from. */
export interface EngineCase {
  spec: GraphSpec;
  scenario: Scenario;
}

export function engineCases(): fc.Arbitrary<EngineCase> {
  const settings = fc.record({
    maxTurns: fc.constantFrom(20, 20, 20, 20, 1, 2, 3, 0),
    executeTools: fc.constantFrom(true, true, true, true, true, false),
    contextVariables: fc.constantFrom<object>(
      { a: 0, list: [1], deep: { er: [1] } },
      {},
      { list: [], b: null },
    ),
    messages: fc.constantFrom<readonly Message[] | undefined>(undefined, undefined, history),
    modelOverride: fc.constantFrom(undefined, undefined, 'another-model'),
  });
  return fc
    .nat(graphCount - 1)
    .chain((index) => {
      const spec = graph(index);
      return fc.tuple(fc.constant(spec), scriptsFor(spec), settings);
    })
    .map(([spec, steps, rest]) => ({ spec, scenario: { agent: buildGraph(spec), steps, ...rest } }));
}

/** Ways to play a case: streamed or not, with or without hooks, and aborted at some moment or not at all. */
export function ways(aborted: 'always' | 'sometimes' = 'sometimes'): fc.Arbitrary<Way> {
  const moment = fc.nat(29).map((number) => number + 1);
  return fc.record({
    stream: fc.boolean(),
    hooks: fc.constantFrom(0, 1, 2, 2),
    abortAt: fc.oneof(
      { weight: aborted === 'always' ? 0 : 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: moment },
    ),
  });
}
