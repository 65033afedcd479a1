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
import { fact, sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/** How an agent is checked. */
export interface CheckOptions {
  /** 200. How many scripts are generated and played. */
  runs?: number | undefined;
  /** 1: the same scripts every time, as in CI they have to be. Another number gives others. */
  seed?: number | undefined;
  /** Of a failure that was told: only its script is played, as long as agents and seed are the same. */
  path?: string | undefined;
  /** None. Milliseconds of real time after which no other script is played. */
  maxDurationMs?: number | undefined;
  /** 1,000. Of each script, with all its runs, in milliseconds of real time; one that takes longer breaks the invariant "ends-in-time". */
  timeoutMs?: number | undefined;
  /** The agent's. Failures are saved, and played first the next time, by this name. */
  name?: string | undefined;
  /** Those of each run. */
  contextVariables?: object | undefined;
  /** 20. Of each run. */
  maxTurns?: number | undefined;
  /** Stand-ins for tools, by name. Without these the real tools run. */
  tools?: Record<string, ToolStub> | undefined;
  /** Which unusual things the model does: false for never, a number for how often in relation to the others. All; but an app of another SDK only gets "provider-error", "cut-stream" (its client tries again) and "duplicate-ids" where they are asked for. */
  features?: Partial<Record<ScriptFeature, boolean | number>> | undefined;
  /** "all". Which invariants of the run loop must hold in every run; of an app of another SDK those that hold for any. */
  invariants?: 'all' | 'none' | readonly InvariantName[] | undefined;
  /** Your invariants, by name: must hold in every run. One fails by throwing, or by giving false; anything else than true, false and nothing is a mistake of the invariant. */
  always?: Record<string, (run: ScenarioRun) => void | boolean | Promise<void | boolean>> | undefined;
  /** What must have happened in at least one run, by name, so that no invariant holds only because nothing happened. */
  sometimes?: Record<string, (run: ScenarioRun) => boolean> | undefined;
  /** "fixtures/failures". The folder that failures are saved in, and read from. */
  failures?: string | undefined;
}

const namedFunctions: Rule = [
  'an object that has a function for each name',
  (value) => isPlainObject(value) && Object.values(value).every(isFunction),
  (given) => {
    if (!isPlainObject(given)) return ' Write { "what must hold": (run) => … }.';
    const [name] = Object.entries(given).find(([, invariant]) => !isFunction(invariant))!;
    return ` Its ${JSON.stringify(name)} is ${valueWords(given[name])}.`;
  },
];

const optionRules: Rules<keyof CheckOptions> = {
  runs: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  seed: [
    'a whole number of 32 bits',
    (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  ],
  path: ['the path of a failure, such as "4:0:1"', (value) => isText(value) && /^\d+(?::\d+)*$/.test(value)],
  maxDurationMs: timeoutRule,
  timeoutMs: timeoutRule,
  name: ['a string with something in it', (value) => isText(value) && value.trim() !== ''],
  // They have checks of their own.
  contextVariables: ['an object', () => true],
  features: ['an object', () => true],
  invariants: [
    '"all", "none", or a list of their names',
    (value) => value === 'all' || value === 'none' || Array.isArray(value),
    (given) =>
      isText(given) && invariantNames.includes(given as InvariantName)
        ? ` Write ${JSON.stringify([given])}.`
        : '',
  ],
  maxTurns: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  tools: ['an object that has a stand-in for each name', isPlainObject],
  always: namedFunctions,
  sometimes: namedFunctions,
  failures: [
    'the path of a folder',
    (value) => isText(value) && value.trim() !== '' && !value.includes('\0'),
  ],
};

/** Throws a TypeError for an agent or for options that cannot be checked: what is wrong, and what to do. */
export function assertValidCheckOptions(agent: unknown, options: CheckOptions): void {
  const isFactory = isFunction(agent) && !isAgent(agent.prototype);
  if (!isAgent(agent) && !isExternalAgent(agent) && !isFactory)
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'checkAgent' }}`, agent),
    );
  // What `defineCheck` returns has the agent beside its options.
  const isCheck = isPlainObject(options) && options['agent'] === agent;
  assertKnownOptions('checkAgent', options, [...Object.keys(optionRules), ...(isCheck ? ['agent'] : [])]);
  for (const [option, rule] of Object.entries(optionRules)) {
    const given = options[option as keyof CheckOptions];
    if (given !== undefined && !rule[1](given))
      throw mustBe(sentence`The option "${{ field: option }}" of ${{ where: 'checkAgent' }}`, rule, given);
  }
  const { contextVariables, features, invariants, tools } = options;
  if (contextVariables !== undefined) assertValidContextVariables('checkAgent', contextVariables);
  if (features !== undefined) assertValidFeatures('checkAgent', features);
  for (const [name, stub] of Object.entries(tools ?? {})) assertValidStub(name, stub);
  if (Array.isArray(invariants)) assertValidNames(invariants, isExternalAgent(agent));
  if (isExternalAgent(agent)) assertValidForExternalAgent(options);
}

function assertValidNames(names: readonly unknown[], ofApp: boolean): void {
  for (const name of names) {
    if (!invariantNames.includes(name as InvariantName))
      throw new UsageError(
        sentence`${{ where: 'checkAgent' }} knows no invariant ${fact({ field: 'invariants', given: valueWords(name) }, isText(name) ? JSON.stringify(name) : valueWords(name))}.${isText(name) ? suggested(name, invariantNames) : ''} There are: ${{ known: invariantNames }}.`,
      );
    if (ofApp && !ofAnyApp.includes(name as InvariantName))
      throw new UsageError(
        sentence`The invariant "${fact({ field: 'invariants', given: valueWords(name) }, String(name))}" is one of swarmcheck's own run loop. For an externalAgent there are: ${{ known: ofAnyApp }}.`,
      );
  }
}

/** What the engine does for its agents an app of another SDK does itself. */
function assertValidForExternalAgent(options: CheckOptions): void {
  const option = (['maxTurns', 'tools', 'contextVariables'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (option !== undefined)
    throw new UsageError(
      sentence`${{ where: 'checkAgent' }} was given "${{ field: option }}" for an externalAgent, whose app decides on it itself. Set it in the app, or remove the option.`,
    );
}

/**
 * The features of the scripts. The client of an app of another SDK tries again what fails, which scripts do not expect; and of calls
 * that share an id nobody could tell which one it answers.
 */
export function featuresFor(
  agent: AgentUnderTest,
  features: CheckOptions['features'],
): CheckOptions['features'] {
  return isExternalAgent(agent)
    ? { 'provider-error': false, 'cut-stream': false, 'duplicate-ids': false, ...features }
    : features;
}
