import { suggested } from '../engine/values/did-you-mean.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { errorName, UsageError } from '../engine/values/engine-errors.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { parseProvider } from '../engine/model/valid-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { assertValidContextVariables } from '../engine/run/context.ts';
import { Swarm } from '../engine/run/swarm.ts';
import { watched } from '../engine/run/watch.ts';
import { isAgent, refusalOfAgent, type Agent } from '../engine/tools/agent.ts';
import { show } from '../scenario/equals.ts';
import { matchTrajectory } from '../scenario/match-trajectory.ts';
import { makeAgent, NoAgentError } from '../scenario/made-agent.ts';
import { assertValidFields, isText, timeoutRule, type Rule, type Rules } from '../scenario/rules.ts';
import { TimeLimit } from '../scenario/timeout.ts';
import { toolsIn } from '../scenario/trajectory.ts';
import { pendingCalls } from '../scenario/assertions/verdict.ts';
import { traceOf } from '../trace/trace-of.ts';
import { readCases, type EvaluationCase, type ReadCase } from './cases.ts';
import { accuracyOf, Evaluation, type EvaluatedAnswer } from './evaluation.ts';

/** How cases are evaluated. */
export interface EvaluateOptions {
  /** Who answers: a cassette or a live model. Default: the live API, through the openai package. */
  provider?: CompletionProvider | undefined;
  /** How often each case is asked. Default: 1. */
  runs?: number | undefined;
  /** The share of all answers that must be right, from 0 to 1. Default: 1. */
  threshold?: number | undefined;
  /** The share of the answers to each case that must be right, from 0 to 1. Default: 0. */
  caseThreshold?: number | undefined;
  /** Default context variables; a case may override them. */
  contextVariables?: object | undefined;
  /** The model to ask, instead of the agent's own. */
  modelOverride?: string | undefined;
  /** How many answers are awaited at once. Default: 8. */
  concurrency?: number | undefined;
  /** How long an answer may take, in milliseconds of real time. Default: 60,000. */
  timeoutMs?: number | undefined;
  /** Stops the evaluation. `evaluate` rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

const count: Rule = ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0];
const share: Rule = [
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  (given) => (typeof given === 'number' && given > 1 && given <= 100 ? ` Write ${given / 100}.` : ''),
];
const optionRules: Rules<keyof EvaluateOptions> = {
  provider: ['a provider', () => true],
  runs: count,
  threshold: share,
  caseThreshold: share,
  // `assertValidOptions` validates the context variables.
  contextVariables: ['an object', () => true],
  modelOverride: ['a string', isText],
  concurrency: count,
  timeoutMs: timeoutRule,
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

/**
 * Asks a model once for each case and run, and reports how often it called the right function. Executes no tool.
 * Swarm's examples are evaluated in the same way (openai/swarm, examples/airline/evals).
 *
 * A factory makes a new agent for each answer, which is disposed of afterwards. Each answer is a conversation of its
 * own, named "<case> #<run>", so that a cassette of all answers can be replayed in any order. An error that prevents
 * an answer (a rate limit, a drifted recording, a factory that fails) counts as no answer, and fails the evaluation,
 * whatever its thresholds. Rejects with a TypeError for cases, agents and options that cannot be evaluated, such as a
 * case that expects a function which the agent does not have. After that, no further answer is requested.
 */
export function evaluate(
  agent: Agent | (() => Agent | Promise<Agent>),
  cases: readonly EvaluationCase[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  return watched(
    () => 'an evaluation',
    () => evaluateCases(agent, cases, options),
  );
}

async function evaluateCases(
  given: Agent | (() => Agent | Promise<Agent>),
  cases: readonly EvaluationCase[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  assertValidOptions(options);
  const { runs = 1, threshold = 1, caseThreshold = 0, concurrency = 8 } = options;
  if (!isAgent(given) && typeof given !== 'function')
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'evaluate' }}`, given),
    );
  const read = readCases(cases);
  const { provider, signal } = options;
  const swarm = new Swarm(provider ? { provider } : {});
  const answers = read.map((): EvaluatedAnswer[] => []);
  const asked = read.flatMap((one, index) =>
    Array.from({ length: runs }, (_item, run) => ({ one, index, run: run + 1 })),
  );
  // A mistake in the evaluation itself stops everything, so that no live request is wasted.
  const stopping = new AbortController();
  const within = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  let next = 0;
  let agentName = isAgent(given) ? given.name : '';
  const askOn = async () => {
    for (let place = next++; place < asked.length; place = next++) {
      within.throwIfAborted();
      const { one, index, run } = asked[place]!;
      try {
        const answered = await answer(swarm, given, one, run, { ...options, signal: within });
        agentName = answered.agentName ?? agentName;
        answers[index]![run - 1] = answered.answer;
      } catch (error) {
        stopping.abort(error);
        throw error;
      }
    }
  };
  const asking = Array.from({ length: Math.min(concurrency, asked.length) }, askOn);
  // Wait until all requests have settled, so that nothing still runs when the first rejection is reported.
  await Promise.allSettled(asking);
  await Promise.all(asking);
  const evaluated = read.map((one, index) => ({
    name: one.name,
    expected: one.expected,
    accuracy: accuracyOf(answers[index]!),
    answers: answers[index]!,
  }));
  return new Evaluation(agentName, evaluated, { runs, threshold, caseThreshold });
}

function assertValidOptions(options: EvaluateOptions): void {
  assertKnownOptions('evaluate', options, Object.keys(optionRules));
  assertValidFields(options, optionRules, 'evaluate');
  const { provider, contextVariables } = options;
  if (provider !== undefined) parseProvider(provider, 'The provider of evaluate');
  if (contextVariables !== undefined) assertValidContextVariables('evaluate', contextVariables);
}

interface Answered {
  readonly answer: EvaluatedAnswer;
  readonly agentName?: string;
}

/**
 * Asks for one answer. Rejects with a TypeError for an expectation that no model can meet, and with the reason of an
 * aborted signal.
 */
async function answer(
  swarm: Swarm,
  given: Agent | (() => Agent | Promise<Agent>),
  one: ReadCase,
  run: number,
  { modelOverride, timeoutMs = 60_000, signal, contextVariables }: EvaluateOptions,
): Promise<Answered> {
  let awaited = 'the agent factory';
  const what = `The case ${JSON.stringify(one.name)}`;
  using limit = new TimeLimit(timeoutMs, signal, () => awaited, what);
  try {
    const agent = isAgent(given) ? given : await makeAgent(given, limit, 'evaluate');
    let calls;
    try {
      assertValidExpectation(one, agent);
      awaited = 'the answer';
      const response = await swarm.run({
        agent,
        messages: one.messages,
        contextVariables: one.contextVariables ?? contextVariables ?? {},
        modelOverride,
        executeTools: false,
        signal: limit.signal,
        conversation: `${one.name} #${run}`,
      });
      calls = pendingCalls(traceOf(response));
    } finally {
      // The agent was made for this answer only.
      awaited = 'the disposal of the agent';
      if (!isAgent(given)) await limit.within(agent[Symbol.asyncDispose]());
    }
    const called = calls.map(({ tool, args }) => ({ tool, args }));
    const correct = one.answers.some((right) => matchTrajectory(right, calls).pass);
    return { answer: { called, correct }, agentName: agent.name };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NoAgentError || error instanceof ExpectationError) throw error;
    const message = error instanceof Error ? error.message : show(error);
    return { answer: { called: [], correct: false, error: { name: errorName(error), message } } };
  }
}

/**
 * Thrown for an expectation that no answer can meet. If it counted as a wrong answer, the mistake in the case would
 * look like a mistake of the model.
 */
class ExpectationError extends UsageError {}

/** Throws an ExpectationError for a function that the agent does not have. */
function assertValidExpectation({ name, answers }: ReadCase, { name: agentName, functions }: Agent): void {
  const offered = functions.map((one) => one.name);
  for (const expected of answers.flatMap((trajectory) => toolsIn(trajectory).expected)) {
    if (offered.includes(expected)) continue;
    throw new ExpectationError(
      sentence`The case ${fact({ where: name }, JSON.stringify(name))} expects the function "${{ tool: expected }}", which the agent "${{ agent: agentName }}" does not have.${suggested(expected, offered)} Its functions: ${{ known: offered }}.`,
    );
  }
}
