import { isAgent } from '../engine/tools/agent.ts';
import { isPlainObject } from '../engine/data/copy.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import { valueWords } from '../engine/data/value-words.ts';
import { didYouMean } from '../engine/data/did-you-mean.ts';
import { checkSteps } from '../script/check-steps.ts';
import { isAsymmetric } from './equals.ts';
import type { Expectations, Scenario } from './scenario.ts';
import { checkStub } from './stub-tools.ts';
import { readTrajectory } from './trajectory.ts';

/** What a field must be: the words for it, and the test. Every known field has a rule. */
type Rules<Fields extends string> = Readonly<
  Record<Fields, readonly [words: string, test: (value: unknown) => boolean]>
>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const hook = ['a function', isFunction] as const;
const hookRules: Rules<keyof Hooks> = {
  beforeModel: hook,
  afterModel: hook,
  beforeTool: hook,
  afterTool: hook,
};
const errorRules: Rules<'name' | 'message'> = { name: ['a string', isText], message: ['a string', isText] };

const scenarioRules: Rules<keyof Scenario> = {
  name: ['a string', isText],
  agent: ['an Agent or a function that makes one', (value) => isAgent(value) || isFunction(value)],
  // The steps have a check of their own, which names the step.
  steps: ['a list of steps', () => true],
  // The messages and the hooks likewise.
  messages: ['a list of messages', Array.isArray],
  contextVariables: [
    'an object',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ],
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
  timeoutMs: [
    'a number of milliseconds above 0',
    (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
  ],
  tools: ['an object that has a stand-in for each name', isPlainObject],
  expect: ['an object', isPlainObject],
  check: ['a function', isFunction],
};

const stopReasons = ['completed', 'max_turns', 'interrupted'];

const expectationRules: Rules<keyof Expectations> = {
  // Likewise.
  toolCalls: ['a trajectory', (value) => value !== null],
  agents: [
    'a list of names',
    (value) => Array.isArray(value) && value.every((name) => isText(name) || isAsymmetric(name)),
  ],
  stopReason: [
    `one of ${stopReasons.join(', ')} (a rejected run has none: use "error")`,
    (value) => stopReasons.includes(value as string),
  ],
  error: ['an object with the name of the error, a part of its message, or both', isPlainObject],
  contextVariables: ['an object', isPlainObject],
  finalMessage: ['a string', isText],
};

/** Throws for a scenario that cannot be played, a TypeError or a ScriptMistakeError: what is wrong, where, and what was expected. */
export function checkScenario(scenario: unknown): asserts scenario is Scenario {
  if (!isPlainObject(scenario))
    throw new TypeError(`A scenario must be an object, but is ${valueWords(scenario)}.`);
  const which = isText(scenario['name']) ? `The scenario "${scenario['name']}"` : 'The scenario';
  checkFields(scenario, scenarioRules, which);
  if (scenario['agent'] === undefined) throw mustBe(which, 'agent', scenarioRules.agent[0], undefined);
  checkSteps(scenario['steps']);
  const { expect, tools, messages, hooks } = scenario;
  for (const [index, message] of ((messages ?? []) as unknown[]).entries()) {
    if (!isText((message as { role?: unknown } | null | undefined)?.role)) {
      throw mustBe(which, `messages[${index}]`, 'an object with a role', message);
    }
  }
  // Objects of a class may have other methods, too.
  for (const list of [hooks ?? []].flat())
    if (isPlainObject(list)) checkFields(list, hookRules, `${which}, in "hooks",`);
  if (expect !== undefined) {
    checkFields(expect as object, expectationRules, `${which}, in "expect",`);
    const { toolCalls, error } = expect as Expectations;
    if (error !== undefined) checkFields(error, errorRules, `${which}, in "expect.error",`);
    if (toolCalls !== undefined) readTrajectory(toolCalls);
  }
  for (const [name, stub] of Object.entries(tools ?? {})) checkStub(name, stub);
}

function checkFields<Fields extends string>(value: object, rules: Rules<Fields>, which: string): void {
  for (const [field, given] of Object.entries(value) as [Fields, unknown][]) {
    if (!Object.hasOwn(rules, field)) {
      const known = Object.keys(rules);
      throw new TypeError(
        `${which} has an unknown field "${field}".${didYouMean(field, known)} Fields: ${known.join(', ')}.`,
      );
    }
    const [words, test] = rules[field];
    if (given !== undefined && !test(given)) throw mustBe(which, field, words, given);
  }
}

function mustBe(which: string, field: string, words: string, given: unknown): TypeError {
  return new TypeError(`${which} has a field "${field}" that must be ${words}, but is ${valueWords(given)}.`);
}
