import { isAgent } from '../engine/tools/agent.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { assertValidMessages } from '../engine/model/messages.ts';
import { assertValidContextVariables, UnreadableContextError } from '../engine/run/context.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import { isUserStep } from '../script/step-kinds.ts';
import { assertValidSteps, type CheckedSteps } from '../script/valid-steps.ts';
import { blockLimitRule } from './blocking.ts';
import { isExternalAgent } from './external-agent.ts';
import { assertValidFields, isFunction, isText, timeoutRule, wordsOf, type Rules } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { assertValidStub } from './stub-tools.ts';
import { assertValidExpectations, lower } from './valid-expectations.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

const hook = ['a function', isFunction] as const;
const hookRules: Rules<keyof Hooks> = {
  beforeModel: hook,
  afterModel: hook,
  beforeTool: hook,
  afterTool: hook,
};
const scenarioRules: Rules<keyof Scenario> = {
  name: ['a string', isText],
  agent: [
    'an Agent, a function that makes one, or an externalAgent',
    (value) => isAgent(value) || isExternalAgent(value) || (isFunction(value) && !isAgent(value.prototype)),
    agentHint,
  ],
  // `assertValidSteps` checks the steps, and names the step that is wrong.
  steps: ['a list of steps', () => true],
  // `assertValidScenario` also checks the parts of messages, context variables and hooks.
  messages: ['a list of messages', Array.isArray],
  contextVariables: ['an object', () => true],
  maxTurns: [
    'a whole number or Infinity',
    (value) => Number.isInteger(value) || Math.abs(Number(value)) === Infinity,
  ],
  executeTools: ['true or false', (value) => typeof value === 'boolean'],
  modelOverride: ['a string', isText],
  hooks: [
    'an object with functions, or a list of them',
    (value) => [value].flat().every((hooks) => typeof hooks === 'object' && hooks !== null),
  ],
  timeoutMs: timeoutRule,
  maxBlockMs: blockLimitRule,
  tools: ['an object with a stub for each tool name', isPlainObject],
  expect: ['an object', isPlainObject],
  check: ['a function', isFunction],
};

/** A scenario that passed `assertValidScenario`. */
export interface CheckedScenario extends Scenario {
  steps: CheckedSteps;
}

/**
 * Throws a TypeError or a ScriptMistakeError for a scenario that cannot be played. The message names the wrong part,
 * its place, and the expected value.
 */
export function assertValidScenario(scenario: unknown): asserts scenario is CheckedScenario {
  if (!isPlainObject(scenario)) throw noScenario(scenario);
  const which = isText(scenario['name']) ? `The scenario "${scenario['name']}"` : 'The scenario';
  assertValidFields(scenario, scenarioRules, which);
  if (scenario['agent'] === undefined)
    throw new UsageError(
      sentence`${{ where: which }} has no "${{ field: 'agent' }}". Give it ${{ expected: scenarioRules.agent[0] }}.`,
    );
  if (isExternalAgent(scenario['agent'])) assertValidForExternalAgent(scenario, which);
  assertValidSteps(scenario['steps']);
  const { expect, tools, messages, hooks, contextVariables } = scenario;
  if (messages !== undefined) assertValidMessages(lower(which), messages);
  if (contextVariables !== undefined) assertValidContext(lower(which), contextVariables);
  // Only plain objects are checked: an instance of a class may have other methods too.
  for (const list of [hooks ?? []].flat())
    if (isPlainObject(list)) assertValidFields(list, hookRules, `${which}, in "hooks",`);
  if (expect !== undefined) assertValidExpectations(expect as object, which);
  for (const [name, stub] of Object.entries(tools ?? {})) assertValidStub(name, stub);
}

/** Context variables that cannot be read are not a mistake here: the run that reads them fails, and says why. */
function assertValidContext(which: string, given: unknown): void {
  try {
    assertValidContextVariables(which, given);
  } catch (error) {
    if (!(error instanceof UnreadableContextError)) throw error;
  }
}

/** The fields that only apply to agents of this engine. An external agent decides on them itself. */
const ofOurAgents = ['maxTurns', 'executeTools', 'modelOverride', 'tools', 'hooks', 'contextVariables'];

function assertValidForExternalAgent(scenario: Record<string, unknown>, which: string): void {
  const field = ofOurAgents.find((name) => scenario[name] !== undefined);
  if (field === undefined) return;
  throw new UsageError(
    sentence`${{ where: which }} sets "${{ field }}" for an externalAgent, but the app decides on it. Set it in the app, or remove the field.`,
  );
}

function agentHint(given: unknown): string {
  if (!isPlainObject(given)) return '';
  const name = Object.keys(given).find((key) => isAgent(given[key]));
  return name === undefined ? ' Write new Agent({ … }).' : ` Write agent: ${name}.`;
}

function noScenario(given: unknown): UsageError {
  const hint = isPromiseLike(given)
    ? 'Is an "await" missing?'
    : isText(given)
      ? `The name is one of its fields: { name: ${JSON.stringify(given)}, agent, steps }.`
      : 'Write { agent, steps }.';
  return new UsageError(
    sentence`${{ where: 'A scenario' }} must be ${{ expected: 'an object' }}, but is ${{ given: wordsOf(given) }}. ${hint}`,
  );
}

/**
 * Whether the model speaks before anybody has said anything. A real run never begins like that. Such a script can be
 * served, because then the client says something.
 */
export function beginsWithModel({ steps: [first], messages = [] }: Scenario): boolean {
  return first !== undefined && !isUserStep(first) && messages.length === 0;
}

/** The failure of such a scenario. */
export const nobodySpoke = sentence`The scenario begins with ${{ given: 'an answer of the model' }}, and no message comes before it. Begin its "${{ field: 'steps' }}" with ${{ expected: 'user("…")' }}, or give it earlier "messages".`;
