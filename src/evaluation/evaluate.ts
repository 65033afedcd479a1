import { suggested } from '../engine/values/did-you-mean.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { errorName, UsageError } from '../engine/values/engine-errors.ts';
import { Swarm } from '../engine/run/swarm.ts';
import { watched } from '../engine/run/watch.ts';
import { isAgent, refusalOfAgent, type Agent } from '../engine/tools/agent.ts';
import { show } from '../scenario/equals.ts';
import { matchTrajectory } from '../scenario/match-trajectory.ts';
import { makeAgent, NoAgentError } from '../scenario/made-agent.ts';
import { TimeLimit } from '../scenario/timeout.ts';
import { toolsIn } from '../scenario/trajectory.ts';
import { pendingCallsIn } from '../scenario/assertions/verdict.ts';
import { traceOf } from '../trace/trace-of.ts';
import { readCases, type EvaluationCase, type ReadCase } from './cases.ts';
import { accuracyOf, countsOf, Evaluation, type EvaluatedAnswer, type EvaluatedCase } from './evaluation.ts';
import { judge, type Judgement } from './judge.ts';
import { readSettings, type EvaluateOptions } from './options.ts';
import { passHat } from './pass-k.ts';
import { verdictOf, type StopRule, type StopVerdict } from './sequential-test.ts';

/**
 * Asks a model once for each case and run, and reports how often it called the right function. Executes no tool.
 * Swarm's examples are evaluated in the same way (openai/swarm, examples/airline/evals). A case can also ask a judge
 * about the answer. With `stopEarly`, it asks all cases again until the result is certain.
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
  const settings = readSettings(options);
  const { concurrency = 8 } = options;
  if (!isAgent(given) && typeof given !== 'function')
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'evaluate' }}`, given),
    );
  const read = readCases(cases);
  const { provider, signal } = options;
  const swarm = new Swarm(provider ? { provider } : {});
  const answers = read.map((): EvaluatedAnswer[] => []);
  // A mistake in the evaluation itself stops everything, so that no live request is wasted.
  const stopping = new AbortController();
  const within = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  let agentName = isAgent(given) ? given.name : '';
  const ask = async ({ one, index, run }: Asked) => {
    within.throwIfAborted();
    try {
      const answered = await answer(swarm, given, one, run, { ...options, signal: within });
      agentName = answered.agentName ?? agentName;
      answers[index]![run - 1] = answered.answer;
    } catch (error) {
      stopping.abort(error);
      throw error;
    }
  };
  let played: { runs: number; verdict?: StopVerdict } = settings;
  if (settings.stopEarly) {
    played = await untilCertain(settings.stopEarly, async (run) => {
      const asked = read.map((one, index) => ({ one, index, run }));
      await inTurn(asked, concurrency, ask);
      return answers.map((ofCase) => ofCase[run - 1]!);
    });
  } else {
    const asked = read.flatMap((one, index) =>
      Array.from({ length: settings.runs }, (_item, run) => ({ one, index, run: run + 1 })),
    );
    await inTurn(asked, concurrency, ask);
  }
  const evaluated = read.map((one, index) => evaluatedCase(one, answers[index]!, settings.passK));
  return new Evaluation(agentName, evaluated, { ...settings, ...played });
}

/** One answer to ask for: the case, its place, and the number of the run from 1. */
interface Asked {
  readonly one: ReadCase;
  readonly index: number;
  readonly run: number;
}

/** Calls `ask` for each item in order, for at most `concurrency` at once. Rejects with the first error. */
async function inTurn(
  items: readonly Asked[],
  concurrency: number,
  ask: (item: Asked) => Promise<void>,
): Promise<void> {
  let next = 0;
  const askOn = async () => {
    for (let place = next++; place < items.length; place = next++) await ask(items[place]!);
  };
  const asking = Array.from({ length: Math.min(concurrency, items.length) }, askOn);
  // Wait until all requests have settled, so that nothing still runs when the first rejection is reported.
  await Promise.allSettled(asking);
  await Promise.all(asking);
}

/**
 * Plays runs until the verdict is certain, or until an answer is missing, which fails the evaluation. The test is
 * repeated after complete runs only, because it assumes that each case was answered equally often.
 */
async function untilCertain(
  rule: StopRule,
  play: (run: number) => Promise<readonly EvaluatedAnswer[]>,
): Promise<{ runs: number; verdict: StopVerdict }> {
  const total = { right: 0, wrong: 0 };
  for (let runs = 1; ; runs++) {
    const answers = await play(runs);
    if (answers.some(({ error }) => error)) return { runs, verdict: 'undecided' };
    const { right, wrong } = countsOf(answers);
    total.right += right;
    total.wrong += wrong;
    const verdict = verdictOf(total, rule);
    if (verdict !== 'undecided' || runs === rule.maxRuns) return { runs, verdict };
  }
}

function evaluatedCase(one: ReadCase, answers: readonly EvaluatedAnswer[], k?: number): EvaluatedCase {
  const { right, wrong } = countsOf(answers);
  return {
    name: one.name,
    ...(one.expected !== undefined && { expected: one.expected }),
    ...(one.judge !== undefined && { judge: one.judge }),
    accuracy: accuracyOf(answers),
    ...(k !== undefined && right + wrong >= k && { passK: passHat(right, right + wrong, k) }),
    answers,
  };
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
  { modelOverride, timeoutMs = 60_000, signal, contextVariables, provider, judge: judging }: EvaluateOptions,
): Promise<Answered> {
  let awaited = 'the agent factory';
  const what = `The case ${JSON.stringify(one.name)}`;
  using limit = new TimeLimit(timeoutMs, signal, () => awaited, { what });
  try {
    const agent = isAgent(given) ? given : await makeAgent(given, limit, 'evaluate');
    let calls;
    let judgement: Judgement | undefined;
    let correct;
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
      limit.assertInTime();
      const pending = pendingCallsIn(traceOf(response));
      calls = pending.map(({ tool, args }) => ({ tool, args }));
      correct = one.answers?.some((right) => matchTrajectory(right, pending).pass) ?? true;
      if (correct && one.judge !== undefined) {
        awaited = 'the judge';
        judgement = await limit.within(
          judge(one.judge, {
            provider,
            ...judging,
            conversation: [...one.messages, ...response.messages],
            name: `${one.name} #${run}, judged`,
            signal: limit.signal,
          }),
        );
        correct = judgement.answer;
      }
    } finally {
      // The agent was made for this answer only.
      awaited = 'the disposal of the agent';
      if (!isAgent(given)) await limit.within(agent[Symbol.asyncDispose]());
    }
    return {
      answer: { called: calls, correct, ...(judgement && { judgement }) },
      agentName: agent.name,
    };
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
  for (const expected of (answers ?? []).flatMap((trajectory) => toolsIn(trajectory).expected)) {
    if (offered.includes(expected)) continue;
    throw new ExpectationError(
      sentence`The case ${fact({ where: name }, JSON.stringify(name))} expects the function "${{ tool: expected }}", which the agent "${{ agent: agentName }}" does not have.${suggested(expected, offered)} Its functions: ${{ known: offered }}.`,
    );
  }
}
