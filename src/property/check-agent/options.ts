import { suggested } from '../../engine/values/did-you-mean.ts';
import { assertKnownOptions } from '../../engine/values/known-fields.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { assertValidContextVariables } from '../../engine/run/context.ts';
import { isAgent, refusalOfAgent } from '../../engine/tools/agent.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import { isFunction, isText, mustBe, timeoutRule, type Rule, type Rules } from '../../scenario/rules.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { assertValidStub, type ToolStub } from '../../scenario/stub-tools.ts';
import { invariantNames, ofAnyApp, type InvariantName } from '../invariants/invariants.ts';
import { assertValidFeatures, type ScriptFeature } from '../script-generator/features.ts';
import type { GivenValues } from '../shown-values/argument-values.ts';
import { assertValidValues } from '../shown-values/valid-values.ts';
import { fact, sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/** How an agent is checked. */
export interface CheckOptions {
  /** How many scripts are generated and played. Default: 200. */
  runs?: number | undefined;
  /**
   * A 32-bit whole number; every choice follows from it. Default: 1, so that each check plays the same scripts,
   * as CI needs. Another number gives other scripts.
   */
  seed?: number | undefined;
  /**
   * The path of a failure, from its message. Only the script that the path leads to is played. It is the same script
   * as long as the agents and the seed are the same. Saved failures are not played, and `sometimes` is not asserted.
   */
  path?: string | undefined;
  /**
   * How long generated scripts are played, in milliseconds of real time. Once this time is over, no other script
   * begins. At least one script is played, and at least 20 if the app hung while it was explored. Default: no limit.
   */
  maxDurationMs?: number | undefined;
  /**
   * The time limit of each script with all its runs, in milliseconds of real time. A script that takes longer breaks
   * the invariant "ends-in-time". Default: 1,000.
   */
  timeoutMs?: number | undefined;
  /**
   * The name under which failures are saved. The next check with this name plays them first. Default: the name of the
   * agent.
   */
  name?: string | undefined;
  /** The context variables that each script begins with. */
  contextVariables?: object | undefined;
  /** The limit on turns of each run. Default: 20. */
  maxTurns?: number | undefined;
  /** Stubs for tools, by name. Tools without a stub really run. */
  tools?: Record<string, ToolStub> | undefined;
  /**
   * The features of the generated scripts: false for never, or a number for how often compared with the other
   * features. Default: all. For an external agent, "provider-error", "cut-stream" and "duplicate-ids" are off unless
   * they are given. Its client may retry a request that failed or was cut short.
   */
  features?: Partial<Record<ScriptFeature, boolean | number>> | undefined;
  /**
   * Values for arguments, by tool and argument: lists, or arbitraries of fast-check, for example
   * `{ book_room: { room: [101, 102] } }`. They are used in addition to generated values and to values that the model
   * was shown. An unknown tool or argument, or a listed value that its schema does not allow, is a TypeError.
   */
  values?: GivenValues | undefined;
  /**
   * Which built-in invariants must hold in every run: the invariants of the run loop, and `tools-do-not-crash`. Default: "all";
   * for an external agent, all that hold for any app.
   */
  invariants?: 'all' | 'none' | readonly InvariantName[] | undefined;
  /**
   * Your own invariants, by name. Each must hold in every run. An invariant fails if it throws or returns false. Any
   * value other than true, false and undefined is a mistake in the invariant, and fails too. An invariant may return
   * a promise of true, false or undefined, which must settle within `timeoutMs`.
   */
  always?: Record<string, (run: ScenarioRun) => void | boolean | Promise<void | boolean>> | undefined;
  /**
   * Things that must happen in at least one run, by name, so that an invariant about them does not hold only because
   * they never happened. Each function returns whether the thing happened in a run: true or false. A promise is a
   * mistake.
   */
  sometimes?: Record<string, (run: ScenarioRun) => boolean> | undefined;
  /**
   * The folder where failures are saved, and from which the saved failures are read. Default: "fixtures/failures".
   */
  failures?: string | undefined;
}

const namedFunctions: Rule = [
  'an object with a function for each name',
  (value) => isPlainObject(value) && Object.values(value).every(isFunction),
  (given) => {
    if (!isPlainObject(given)) return ' Write { "name": (run) => … }.';
    const [name] = Object.entries(given).find(([, invariant]) => !isFunction(invariant))!;
    return ` Its ${JSON.stringify(name)} is ${valueWords(given[name])}.`;
  },
];

const optionRules: Rules<keyof CheckOptions> = {
  runs: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  seed: ['a 32-bit whole number', (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31],
  path: ['the path of a failure, such as "4:0:1"', (value) => isText(value) && /^\d+(?::\d+)*$/.test(value)],
  maxDurationMs: timeoutRule,
  timeoutMs: timeoutRule,
  name: ['a string that is not blank', (value) => isText(value) && value.trim() !== ''],
  // These are validated below, in more detail.
  contextVariables: ['an object', () => true],
  features: ['an object', () => true],
  values: ['an object', () => true],
  invariants: [
    '"all", "none", or a list of names of invariants',
    (value) => value === 'all' || value === 'none' || Array.isArray(value),
    (given) =>
      isText(given) && invariantNames.includes(given as InvariantName)
        ? ` Write ${JSON.stringify([given])}.`
        : '',
  ],
  maxTurns: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  tools: ['an object with a stub for each tool name', isPlainObject],
  always: namedFunctions,
  sometimes: namedFunctions,
  failures: [
    'the path of a folder',
    (value) => isText(value) && value.trim() !== '' && !value.includes('\0'),
  ],
};

/**
 * Throws a TypeError for an agent or options that cannot be checked. The message says what is wrong and what to do.
 */
export function assertValidCheckOptions(agent: unknown, options: CheckOptions): void {
  const isFactory = isFunction(agent) && !isAgent(agent.prototype);
  if (!isAgent(agent) && !isExternalAgent(agent) && !isFactory)
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'checkAgent' }}`, agent),
    );
  // The object that `defineCheck` returns has the agent beside its options.
  const isCheck = isPlainObject(options) && options['agent'] === agent;
  assertKnownOptions('checkAgent', options, [...Object.keys(optionRules), ...(isCheck ? ['agent'] : [])]);
  for (const [option, rule] of Object.entries(optionRules)) {
    const given = options[option as keyof CheckOptions];
    if (given !== undefined && !rule[1](given))
      throw mustBe(sentence`The option "${{ field: option }}" of ${{ where: 'checkAgent' }}`, rule, given);
  }
  const { contextVariables, features, values, invariants, tools } = options;
  if (contextVariables !== undefined) assertValidContextVariables('checkAgent', contextVariables);
  if (features !== undefined) assertValidFeatures('checkAgent', features);
  if (values !== undefined) assertValidValues('checkAgent', values);
  for (const [name, stub] of Object.entries(tools ?? {})) assertValidStub(name, stub);
  if (Array.isArray(invariants)) assertValidNames(invariants, isExternalAgent(agent));
  if (isExternalAgent(agent)) assertValidForExternalAgent(options);
}

function assertValidNames(names: readonly unknown[], ofApp: boolean): void {
  for (const name of names) {
    if (!invariantNames.includes(name as InvariantName))
      throw new UsageError(
        sentence`${{ where: 'checkAgent' }} has no invariant ${fact({ field: 'invariants', given: valueWords(name) }, isText(name) ? JSON.stringify(name) : valueWords(name))}.${isText(name) ? suggested(name, invariantNames) : ''} The invariants are: ${{ known: invariantNames }}.`,
      );
    if (ofApp && !ofAnyApp.includes(name as InvariantName))
      throw new UsageError(
        sentence`The invariant "${fact({ field: 'invariants', given: valueWords(name) }, String(name))}" applies only to agents of this engine. The invariants for an externalAgent are: ${{ known: ofAnyApp }}.`,
      );
  }
}

/**
 * Throws a TypeError for options that the engine applies to its own agents. An external agent sets its own limit on
 * turns, and has its own tools and state.
 */
function assertValidForExternalAgent(options: CheckOptions): void {
  const option = (['maxTurns', 'tools', 'contextVariables'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (option !== undefined)
    throw new UsageError(
      sentence`${{ where: 'checkAgent' }} does not take "${{ field: option }}" for an externalAgent, because the app decides on it. Set it in the app, or remove the option.`,
    );
}

/**
 * The features of the scripts. Some are off by default for an external agent. Its client may retry a failed request,
 * and scripts do not expect the retry. If calls share an id, a result does not show which call it answers.
 */
export function featuresFor(
  agent: AgentUnderTest,
  features: CheckOptions['features'],
): CheckOptions['features'] {
  return isExternalAgent(agent)
    ? { 'provider-error': false, 'cut-stream': false, 'duplicate-ids': false, ...features }
    : features;
}
