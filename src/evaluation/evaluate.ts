import { errorName } from '../engine/data/errors.ts';
import { checkKnownOptions } from '../engine/data/known-fields.ts';
import { valueWords } from '../engine/data/value-words.ts';
import { checkProvider } from '../engine/model/check-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { checkContextVariables } from '../engine/run/context.ts';
import { Swarm } from '../engine/run/swarm.ts';
import { watched } from '../engine/run/watch.ts';
import { isAgent, noAgentWords, type Agent } from '../engine/tools/agent.ts';
import { show } from '../scenario/equals.ts';
import { matchTrajectory } from '../scenario/match-trajectory.ts';
import { checkFields, isText, type Rule, type Rules } from '../scenario/rules.ts';
import { TimeLimit } from '../scenario/timeout.ts';
import { pendingCalls } from '../scenario/verdicts/verdict.ts';
import { traceOf } from '../trace/trace-of.ts';
import { readCases, type EvaluationCase, type ReadCase } from './cases.ts';
import { accuracyOf, Evaluation, type EvaluatedAnswer } from './evaluation.ts';

/** How cases are evaluated. */
export interface EvaluateOptions {
  /** Who answers: a cassette, a live model. The live API, through the openai package, where it is not given. */
  provider?: CompletionProvider | undefined;
  /** 1. How often each case is asked. */
  runs?: number | undefined;
  /** 1. How many of all answers have to be right, from 0 to 1. */
  threshold?: number | undefined;
  /** 0. The same of each case. */
  caseThreshold?: number | undefined;
  /** Those of every case that has none of its own. */
  contextVariables?: object | undefined;
  /** Asked instead of the agent's own model. */
  modelOverride?: string | undefined;
  /** 8. How many answers are awaited at once. */
  concurrency?: number | undefined;
  /** 60,000. How long an answer may take, in milliseconds of real time. */
  timeoutMs?: number | undefined;
  /** Stops it; `evaluate` rejects with its reason. */
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
  // They have a check of their own.
  contextVariables: ['an object', () => true],
  modelOverride: ['a string', isText],
  concurrency: count,
  timeoutMs: [
    'a number of milliseconds above 0',
    (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
  ],
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
};

/**
 * Asks a model once for each case and run, executes nothing, and says how often it called what it was to call: as Swarm's
 * examples evaluate theirs (openai/swarm, examples/airline/evals).
 *
 * A factory makes an agent for each answer, which is disposed of after it. Each answer is a conversation of its own, named "<case> #<run>", so that a cassette of all of them replays in any order.
 * What keeps an answer from coming (a rate limit, a drifted recording) counts as no answer, and fails the evaluation,
 * whatever its thresholds. Throws a TypeError for cases, agents and options that could not be evaluated.
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
  checkOptions(options);
  const { runs = 1, threshold = 1, caseThreshold = 0, concurrency = 8 } = options;
  if (!isAgent(given) && typeof given !== 'function')
    throw new TypeError(noAgentWords('The agent of evaluate', given));
  const read = readCases(cases);
  const { provider, signal } = options;
  const swarm = new Swarm(provider ? { provider } : {});
  const answers = read.map((): EvaluatedAnswer[] => []);
  const asked = read.flatMap((one, index) =>
    Array.from({ length: runs }, (_item, run) => ({ one, index, run: run + 1 })),
  );
  let next = 0;
  let agentName = '';
  const askOn = async () => {
    for (let place = next++; place < asked.length; place = next++) {
      signal?.throwIfAborted();
      const { one, index, run } = asked[place]!;
      const agent = await agentFrom(given);
      agentName = agent.name;
      try {
        answers[index]![run - 1] = await answer(swarm, agent, one, run, options);
      } finally {
        // Made for this answer alone.
        if (!isAgent(given)) await agent[Symbol.asyncDispose]();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, asked.length) }, askOn));
  const evaluated = read.map((one, index) => ({
    name: one.name,
    expected: one.expected,
    accuracy: accuracyOf(answers[index]!),
    answers: answers[index]!,
  }));
  return new Evaluation(agentName, evaluated, { runs, threshold, caseThreshold });
}

function checkOptions(options: EvaluateOptions): void {
  checkKnownOptions('evaluate', options, Object.keys(optionRules));
  checkFields(options, optionRules, 'evaluate');
  const { provider, contextVariables } = options;
  if (provider !== undefined) checkProvider(provider, 'The provider of evaluate');
  if (contextVariables !== undefined) checkContextVariables('evaluate', contextVariables);
}

/** The agent itself, or what the factory makes: a fresh one each time. */
async function agentFrom(given: Agent | (() => Agent | Promise<Agent>)): Promise<Agent> {
  if (isAgent(given)) return given;
  const agent: unknown = await given();
  if (isAgent(agent)) return agent;
  throw new TypeError(
    `The agent factory of evaluate must return an Agent, but returned ${valueWords(agent)}. Is a "return" missing?`,
  );
}

async function answer(
  swarm: Swarm,
  agent: Agent,
  { name, messages, contextVariables, answers }: ReadCase,
  run: number,
  { modelOverride, timeoutMs = 60_000, signal, ...options }: EvaluateOptions,
): Promise<EvaluatedAnswer> {
  using limit = new TimeLimit(timeoutMs, signal, () => 'the answer', `The case ${JSON.stringify(name)}`);
  try {
    const response = await swarm.run({
      agent,
      messages,
      contextVariables: contextVariables ?? options.contextVariables ?? {},
      modelOverride,
      executeTools: false,
      signal: limit.signal,
      conversation: `${name} #${run}`,
    });
    const calls = pendingCalls(traceOf(response));
    const called = calls.map(({ tool, args }) => ({ tool, args }));
    return { called, correct: answers.some((right) => matchTrajectory(right, calls).pass) };
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : show(error);
    return { called: [], correct: false, error: { name: errorName(error), message } };
  }
}
