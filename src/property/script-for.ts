import type { Arbitrary } from 'fast-check';
import { ownContext } from '../engine/run/context.ts';
import { isAgent, type Agent } from '../engine/tools/agent.ts';
import type { JsonSchema } from '../engine/tools/json-schema.ts';
import { prepareAgent } from '../engine/tools/prepared-agent.ts';
import { isResult } from '../engine/tools/result.ts';
import type { ToolContext } from '../engine/tools/tool.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isExternalAgent } from '../scenario/external-agent.ts';
import type { AgentUnderTest } from '../scenario/scenario.ts';
import type { Step } from '../script/steps.ts';
import { scriptFeaturesIn as featuresOfScript } from './script-generator/features-in.ts';
import {
  assertValidScriptOptions,
  type ScriptFeature,
  type ScriptOptions,
} from './script-generator/features.ts';
import { assertKnownValues } from './shown-values/given-values.ts';
import { scriptArbitrary } from './script-generator/script-arbitrary.ts';
import type { AgentSurface, Surface, ToolSurface } from './surface.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** How many agents are found at most. */
const mostAgents = 50;

/**
 * Generates scripts for an agent and the agents that it hands off to. The scripts contain everything that a model
 * could do with their tools and handoffs, well-behaved or not. `runScenario` plays each script to its end. Calls that
 * may not fit the tools are marked `hallucinated`. The option `features` leaves out features, or makes them more
 * frequent; `featuresIn` says which features a script has. The option `values` adds values for arguments; only
 * `checkAgent` finds those that a model is shown.
 *
 * The scripts keep to the `toolChoice` and the `parallelToolCalls` of the agents. One script in ten does not: its
 * answers that break them are marked `hallucinated`. Where a call is demanded, a run can end only by a handoff to an
 * agent that may answer, a fault, or a refusal. If the options leave out refusals, its last answer is a marked one.
 *
 * To learn which agents hand off to which, each function without parameters is called once, with no context
 * variables, and its errors are ignored. If a function must not be called, pass the agent with stubs,
 * `stubTools(agent, …)`. Handoffs by tools with arguments and by async functions are not found in this way;
 * `checkAgent` plays conversations to find them.
 *
 * Throws a TypeError for an externalAgent or an async factory, because their tools are known only when they run. Also
 * throws a TypeError for an invalid agent or invalid options.
 */
export function scriptFor(agent: AgentUnderTest, options: ScriptOptions = {}): Arbitrary<Step[]> {
  assertValidScriptOptions('scriptFor', options);
  const { values } = options;
  const surface = surfaceOf(startOf(agent));
  if (values) assertKnownValues('scriptFor', values, surface);
  return scriptArbitrary({ ...surface, values }, options);
}

/**
 * Returns the features that a script for this agent has. Use it for statistics,
 * `fc.statistics(scriptFor(agent), (steps) => featuresIn(steps, agent))`, or to assert that scripts have the features
 * that an invariant depends on. Steps that are functions are ignored. Throws for the same agents as `scriptFor`.
 */
export function featuresIn(steps: readonly Step[], agent: AgentUnderTest): ScriptFeature[] {
  let surface = known.get(agent);
  if (!surface) known.set(agent, (surface = surfaceOf(startOf(agent))));
  return featuresOfScript(steps, surface);
}

/**
 * The surfaces of agents that were passed to `featuresIn`. To read an agent's tools and handoffs again for each
 * script would take longer than to generate the script.
 */
const known = new WeakMap<object, Surface>();

function startOf(given: AgentUnderTest): Agent {
  if (isExternalAgent(given))
    throw new UsageError(
      sentence`${{ where: 'scriptFor and featuresIn' }} cannot know the tools of ${{ given: 'an externalAgent' }} before it runs. Use checkAgent, which plays conversations to find the tools.`,
    );
  const agent: unknown = typeof given === 'function' ? given() : given;
  if (isPromiseLike(agent)) {
    Promise.resolve(agent).catch(() => {});
    throw new UsageError(
      sentence`${{ where: 'scriptFor' }} takes ${{ expected: 'an Agent, not a Promise' }}: await the result of the factory and pass the agent, or use checkAgent.`,
    );
  }
  if (!isAgent(agent))
    throw new UsageError(
      sentence`${{ where: 'scriptFor' }} takes ${{ expected: 'an Agent, or a function that makes one' }}, but was given ${{ given: valueWords(agent) }}.`,
    );
  return agent;
}

/** The agents that can be reached from the first agent, as far as they can be found without a model. */
function surfaceOf(start: Agent): Surface {
  const found = [start];
  const agents: AgentSurface[] = [];
  // The list grows during the loop.
  for (const agent of found) {
    const { toolChoice, parallelToolCalls } = agent;
    const { tools } = prepareAgent(agent);
    const offered = Array.from(tools.values(), ({ tool }): ToolSurface => {
      const parameters = tool.parameters as JsonSchema;
      const takesNothing = Object.keys(parameters['properties'] ?? {}).length === 0;
      const target = takesNothing ? handoffOf(() => tool.execute({}, noRun())) : undefined;
      if (target && !found.includes(target) && found.length < mostAgents) found.push(target);
      const index = target ? found.indexOf(target) : -1;
      return { name: tool.name, parameters, handsOffTo: index === -1 ? undefined : index };
    });
    agents.push({ name: agent.name, tools: offered, toolChoice, parallelToolCalls });
  }
  return { agents };
}

/** The context of a tool that is called outside of a run. */
function noRun(): ToolContext {
  return { contextVariables: ownContext({}), signal: new AbortController().signal, toolCallId: 'call_1' };
}

/** The agent that a call returns, directly or in a Result; undefined if the call returns no agent, or throws. */
function handoffOf(call: () => unknown): Agent | undefined {
  try {
    const returned = call();
    if (isPromiseLike(returned)) Promise.resolve(returned).catch(() => {});
    if (isAgent(returned)) return returned;
    return isResult(returned) ? returned.agent : undefined;
  } catch {
    return undefined;
  }
}
