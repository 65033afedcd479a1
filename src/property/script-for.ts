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
import { scriptArbitrary } from './script-generator/script-arbitrary.ts';
import type { AgentSurface, Surface, ToolSurface } from './surface.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** So many agents are looked at. */
const mostAgents = 50;

/**
 * Everything a model could do to these agents, well-behaved and not, derived from their tools and handoffs, as scripts that
 * `runScenario` plays to their end. Calls that may not fit are marked `hallucinated`. With `features` some of it is left
 * out, or comes more often; `featuresIn` says what a script has.
 *
 * To learn whom agents hand off to, each function that takes nothing from the model is called once, with no context
 * variables, and what it throws is ignored: for functions that must not be called, pass the agent with stand-ins,
 * `stubTools(agent, …)`. Handoffs by tools with arguments and by async functions are not found in this way; `checkAgent`
 * plays conversations to find them. Throws a TypeError for an externalAgent and an async factory, whose tools show only when they run, and
 * for options that are none.
 */
export function scriptFor(agent: AgentUnderTest, options: ScriptOptions = {}): Arbitrary<Step[]> {
  assertValidScriptOptions('scriptFor', options);
  return scriptArbitrary(surfaceOf(startOf(agent)), options);
}

/**
 * The features that a script for these agents has: for `fc.statistics(scriptFor(agent), (steps) => featuresIn(steps, agent))`,
 * and to assert that what an invariant is about is generated. Nothing is known of steps that are functions. Throws as `scriptFor` does.
 */
export function featuresIn(steps: readonly Step[], agent: AgentUnderTest): ScriptFeature[] {
  let surface = known.get(agent);
  if (!surface) known.set(agent, (surface = surfaceOf(startOf(agent))));
  return featuresOfScript(steps, surface);
}

/** Of those whose scripts are being counted: to look at the agents anew for each would take longer than to make the script. */
const known = new WeakMap<object, Surface>();

function startOf(given: AgentUnderTest): Agent {
  if (isExternalAgent(given))
    throw new UsageError(
      sentence`${{ where: 'scriptFor and featuresIn' }} cannot know the tools of ${{ given: 'an externalAgent' }} before it runs. Hold it against generated scripts by checkAgent, which finds out.`,
    );
  const agent: unknown = typeof given === 'function' ? given() : given;
  if (isPromiseLike(agent)) {
    Promise.resolve(agent).catch(() => {});
    throw new UsageError(
      sentence`${{ where: 'scriptFor' }} takes ${{ expected: 'agents that are there' }}: await what the factory returns, and pass the agent; or use checkAgent.`,
    );
  }
  if (!isAgent(agent))
    throw new UsageError(
      sentence`${{ where: 'scriptFor' }} takes ${{ expected: 'an Agent, or a function that makes one' }}, but was given ${{ given: valueWords(agent) }}.`,
    );
  return agent;
}

/** The agents that can be reached from one, as far as that shows without a model. */
function surfaceOf(start: Agent): Surface {
  const found = [start];
  const agents: AgentSurface[] = [];
  // A list that grows while it is walked.
  for (const agent of found) {
    const { tools } = prepareAgent(agent);
    const offered = Array.from(tools.values(), ({ tool }): ToolSurface => {
      const parameters = tool.parameters as JsonSchema;
      const takesNothing = Object.keys(parameters['properties'] ?? {}).length === 0;
      const target = takesNothing ? handoffOf(() => tool.execute({}, noRun())) : undefined;
      if (target && !found.includes(target) && found.length < mostAgents) found.push(target);
      const index = target ? found.indexOf(target) : -1;
      return { name: tool.name, parameters, handsOffTo: index === -1 ? undefined : index };
    });
    agents.push({ name: agent.name, tools: offered });
  }
  return { agents };
}

/** What a tool is given beside its arguments, where there is no run. */
function noRun(): ToolContext {
  return { contextVariables: ownContext({}), signal: new AbortController().signal, toolCallId: 'call_1' };
}

/** The agent that a call returns, if it does. */
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
