import fc from 'fast-check';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { watched } from '../engine/run/watch.ts';
import { assertValidScenario } from '../scenario/valid-scenario.ts';
import { isExternalAgent } from '../scenario/external-agent.ts';
import { assertValidFields, isText, type Rules } from '../scenario/rules.ts';
import { playScenario } from '../scenario/run-scenario.ts';
import { ScenarioFailedError } from '../scenario/scenario-failed-error.ts';
import type { Scenario, ScenarioRun } from '../scenario/scenario.ts';
import { Gates, type Passage } from './interleavings/gates.ts';
import { ownSettings } from './own-settings.ts';
import { InvariantBrokenError } from './invariant.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** How many interleavings are played, and which ones. */
export interface InterleavingOptions {
  /** How many orders are played. Default: 100. */
  runs?: number | undefined;
  /** The number from which all orders follow. Default: 1. */
  seed?: number | undefined;
  /** With the seed of a failure, plays the order that failed. The message of the failure has both. */
  path?: string | undefined;
}

const optionRules: Rules<keyof InterleavingOptions> = {
  runs: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  seed: ['a whole number', Number.isInteger],
  path: ['the path of a failure, such as "4:0:1"', (value) => isText(value) && /^\d+(:\d+)*$/.test(value)],
};

/**
 * Plays conversations at the same time, in many orders. In each order, each conversation must pass, and leave the
 * same trace as when it is played alone. A conversation differs if it shares state with the others: a variable of a
 * module, a field of an agent, or something that a tool remembers. If the agent is given as a factory, each play has
 * new agents, and only the state of modules is shared.
 *
 * The conversations alternate where the engine waits: before each request to the model, and before and after each
 * tool. Between these points one conversation runs at a time. Only a tool that waits for something real, such as a
 * timer or a socket, overlaps with the other conversations. An order with such a tool may differ slightly when it is
 * played again. fast-check draws the orders, and shrinks a failing order to few switches between conversations.
 *
 * Rejects with an InvariantBrokenError ("interleaved-equals-solo") that says which conversation differs, where, and
 * in which order. The message has the seed and the path that play the order again. Rejects with an Error for a
 * scenario that fails when it is played alone. Rejects with a TypeError for fewer than two scenarios, or for an
 * externalAgent, which the engine cannot make wait.
 */
export function checkInterleavings(
  scenarios: readonly Scenario[],
  options: InterleavingOptions = {},
): Promise<void> {
  return watched(
    () => 'a check of interleavings',
    () => check(scenarios, options),
  );
}

async function check(scenarios: readonly Scenario[], options: InterleavingOptions): Promise<void> {
  assertValidArguments(scenarios, options);
  const alone: Solo[] = [];
  for (const [index, scenario] of scenarios.entries())
    alone.push(await playAlone(scenario, nameOf(scenarios, index)));
  const gates = alone.reduce((sum, one) => sum + one.gates, 0);
  // One choice for each time that a conversation waits at a gate, because a shorter list continues with 0.
  const choices = fc.array(fc.nat({ max: scenarios.length - 1 }), { minLength: gates, maxLength: gates });
  const { runs = 100, seed = 1, path } = options;
  const property = fc.asyncProperty(choices, async (drawn) => {
    const found = await playAtOnce(scenarios, alone, drawn);
    if (found) throw new OrderError(found);
  });
  const details = await fc.check(
    property,
    ownSettings({
      numRuns: runs,
      seed,
      ...(path !== undefined && { path }),
    }),
  );
  if (!details.failed) return;
  const { errorInstance, counterexamplePath } = details;
  if (!(errorInstance instanceof OrderError)) throw errorInstance;
  const { broken } = errorInstance;
  const again = await playAlone(scenarios[broken.conversation]!, '').catch(() => undefined);
  const failedPath = counterexamplePath ?? '';
  throw new InvariantBrokenError(
    'interleaved-equals-solo',
    [
      `${nameOf(scenarios, broken.conversation)} behaves differently when other conversations run at the same time. ${broken.difference}`,
      `The order:\n${orderOf(scenarios, broken.passages).join('\n')}`,
      again?.hash === alone[broken.conversation]!.hash
        ? 'Tools, hooks or instructions probably share state, such as a module variable or a field of an agent. Keep the state of a conversation in its context variables.'
        : 'It also behaved differently when it was played alone again, so the order is not the cause: tools, hooks or instructions keep state between plays.',
      `Again: checkInterleavings(scenarios, { seed: ${seed}, path: ${JSON.stringify(failedPath)} })`,
    ].join('\n'),
    { seed, path: failedPath },
  );
}

/** A conversation played alone. */
interface Solo {
  readonly run: ScenarioRun;
  readonly hash: string;
  /** How often the conversation waited at a gate, that is before a request, before a tool or after a tool. */
  readonly gates: number;
}

async function playAlone(scenario: Scenario, name: string): Promise<Solo> {
  const gates = new Gates([]);
  const run = await gates.open(playScenario(withGates(scenario, gates, 0)));
  if (run.passed) return { run, hash: run.trace.hash, gates: gates.passages.length };
  throw new ScenarioFailedError(
    `${name} fails when it is played alone, so its interleavings cannot be checked`,
    scenario.name,
    run,
  );
}

/** A conversation that fails, or differs from the same conversation played alone. */
interface Broken {
  readonly conversation: number;
  readonly difference: string;
  readonly passages: readonly Passage[];
}

/** Tells fast-check that an order fails, and keeps the reason. */
class OrderError extends Error {
  readonly broken: Broken;
  constructor(broken: Broken) {
    super(broken.difference);
    this.broken = broken;
  }
}

async function playAtOnce(
  scenarios: readonly Scenario[],
  alone: readonly Solo[],
  choices: readonly number[],
): Promise<Broken | undefined> {
  const gates = new Gates(choices);
  const plays = scenarios.map((scenario, index) => playScenario(withGates(scenario, gates, index)));
  const runs = await gates.open(Promise.all(plays));
  for (const [conversation, run] of runs.entries()) {
    const difference = differenceOf(alone[conversation]!, run);
    if (difference !== undefined) return { conversation, difference, passages: gates.passages };
  }
  return undefined;
}

function withGates(scenario: Scenario, gates: Gates, conversation: number): Scenario {
  return { ...scenario, hooks: [gates.hooksOf(conversation), ...[scenario.hooks ?? []].flat()] };
}

function differenceOf(solo: Solo, run: ScenarioRun): string | undefined {
  if (run.trace.hash !== solo.hash)
    return `(- alone, + at the same time)\n${solo.run.trace.diff(run.trace)?.text ?? ''}`;
  return run.passed ? undefined : `It fails: ${run.failures[0]?.message ?? ''}`;
}

/** One line for each stretch in which a single conversation runs. */
function orderOf(scenarios: readonly Scenario[], passages: readonly Passage[]): string[] {
  const stretches: { conversation: number; done: string[] }[] = [];
  for (const { conversation, what } of passages) {
    const last = stretches.at(-1);
    if (last?.conversation === conversation) last.done.push(what);
    else stretches.push({ conversation, done: [what] });
  }
  return stretches.map(
    ({ conversation, done }, index) =>
      `  ${index + 1}. ${nameOf(scenarios, conversation)}: ${done.join(', ')}`,
  );
}

/** `Conversation 2 ("refund")` */
function nameOf(scenarios: readonly Scenario[], index: number): string {
  const { name } = scenarios[index]!;
  return `Conversation ${index + 1}${name === undefined ? '' : ` (${JSON.stringify(name)})`}`;
}

function assertValidArguments(scenarios: readonly Scenario[], options: InterleavingOptions): void {
  if (!Array.isArray(scenarios))
    throw new UsageError(
      sentence`${{ where: 'checkInterleavings' }} takes ${{ expected: 'a list of scenarios' }}, but was given ${{ given: valueWords(scenarios) }}. Write checkInterleavings([one, other]).`,
    );
  if (scenarios.length < 2)
    throw new UsageError(
      sentence`${{ where: 'checkInterleavings' }} takes ${{ expected: 'at least two scenarios' }}, but was given ${{ given: valueWords(scenarios) }}. The list may contain the same scenario twice.`,
    );
  assertKnownOptions('checkInterleavings', options, Object.keys(optionRules));
  assertValidFields(options, optionRules, 'checkInterleavings');
  for (const [index, scenario] of scenarios.entries()) {
    assertValidScenario(scenario);
    if (isExternalAgent(scenario.agent))
      throw new UsageError(
        sentence`${fact({ field: `scenarios[${index}]` }, nameOf(scenarios, index))} of ${{ where: 'checkInterleavings' }} uses ${{ given: 'an externalAgent' }}, which cannot be made to wait for other conversations. Pass only scenarios with agents of this engine.`,
      );
  }
}
