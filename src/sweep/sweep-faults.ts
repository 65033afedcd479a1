import { errorName, UsageError } from '../engine/values/engine-errors.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { watched } from '../engine/run/watch.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { isMisfit } from '../script/script-errors.ts';
import { faultKinds, type Fault } from '../script/faults.ts';
import { assertValidScenario } from '../scenario/valid-scenario.ts';
import { show } from '../scenario/equals.ts';
import { externalAgent, isExternalAgent } from '../scenario/external-agent.ts';
import { assertValidFields, isText, timeoutRule, type Rules } from '../scenario/rules.ts';
import { playScenario, type Transport } from '../scenario/run-scenario.ts';
import { ScenarioFailedError } from '../scenario/scenario-failed-error.ts';
import { defaultTimeoutMs, type Scenario } from '../scenario/scenario.ts';
import { ScenarioTimeoutError, TimeLimit } from '../scenario/timeout.ts';
import { differenceBetween, type PlayedScenario } from './result-difference.ts';
import { FaultSweep, type SweptFault } from './fault-sweep.ts';
import { faultyScripts, type FaultyScript } from './faulty-scripts.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';

/** Which faults are swept, and how the scenario is played. */
export interface FaultSweepOptions {
  /** The kinds of faults to play. Default: all kinds. */
  faults?: readonly Fault['kind'][] | undefined;
  /**
   * How long a play may take, in milliseconds of real time, if the answer never comes or never ends. Default: 250.
   * For an app that gives up by itself, allow for its client's own timeout, and for the wait before a retry
   * (`openai`: half a second). For all other faults the scenario's `timeoutMs` applies, if it is longer.
   */
  timeoutMs?: number | undefined;
  /** Whether the model's answers are streamed. Default: false. An external agent decides this itself. */
  stream?: boolean | undefined;
  /** How the agent asks the model, as in `runScenario`. Default: "in-process". */
  transport?: Transport | undefined;
}

const kinds = Object.keys(faultKinds) as Fault['kind'][];
/** Kinds of faults that never end by themselves. */
const hanging: readonly Fault['kind'][] = ['no-answer', 'hung-body'];

const optionRules: Rules<keyof FaultSweepOptions> = {
  faults: [
    `a list of at least one of these kinds of faults: ${kinds.join(', ')}`,
    (value) => Array.isArray(value) && value.length > 0 && value.every((kind) => kinds.includes(kind)),
    (given) => {
      const wrong = [given].flat().find((kind) => !kinds.includes(kind as Fault['kind']));
      return isText(wrong) ? sentence` The list has ${JSON.stringify(wrong)}.${suggested(wrong, kinds)}` : '';
    },
  ],
  timeoutMs: timeoutRule,
  stream: ['true or false', (value) => typeof value === 'boolean'],
  // `playScenario` validates the transport.
  transport: ['a transport', () => true],
};

/**
 * Plays a scenario once with every fault at every request, and reports which of the faults it survives.
 *
 * The faulty answer comes first. An app that retries gets the answer of the script. The faults are HTTP errors (429,
 * 500, 400 and 401; the first two let the client retry at once), broken connections, answers that never come or never
 * end, and damaged answers, cut after every number of chunks. Agents of this engine never retry: each fault ends
 * their run with the error of the model, unchanged. If their answers are not streamed, one cut represents all cuts.
 * The content of a step given as a function is unknown, so its answer is cut before the first chunk only.
 *
 * The plays start one after another. A play that takes longer than 50 ms continues beside the next ones. So all
 * faults that never end take `timeoutMs` together, plus 50 ms each. An app that hangs under another fault takes the
 * scenario's `timeoutMs` (5,000 by default) in the same way.
 *
 * Rejects with an Error if the scenario fails without any fault, or if it behaves differently when it is played once
 * more at the end: a sweep shows nothing about agents that keep state between plays. A factory makes new agents for
 * each play. An external agent must start over when the `messages` that it is given start over. Rejects with a
 * TypeError for invalid options, and for a script without a step of the model.
 */
export function sweepFaults(scenario: Scenario, options: FaultSweepOptions = {}): Promise<FaultSweep> {
  return watched(
    () => 'a fault sweep',
    () => sweep(scenario, options),
  );
}

async function sweep(scenario: Scenario, options: FaultSweepOptions): Promise<FaultSweep> {
  assertValidScenario(scenario);
  assertKnownOptions('sweepFaults', options, Object.keys(optionRules));
  assertValidFields(options, optionRules, 'sweepFaults');
  const which = scenario.name === undefined ? 'The scenario' : `The scenario "${scenario.name}"`;
  // An external agent may stream even if the options do not ask for it.
  const cutsMatter = options.stream === true || isExternalAgent(scenario.agent);
  const scripts = faultyScripts(scenario.steps, options.faults ?? kinds, cutsMatter);
  if (scripts.length === 0)
    throw new UsageError(
      sentence`${fact({ where: which, field: 'steps' }, which)} has no ${{ expected: 'step of the model' }}, so no request could fail.`,
    );

  const whole = await play(scenario, options);
  if (!whole.run.passed) throw failed(which, scenario, whole, 'without any fault');
  const plays: Promise<SweptFault>[] = [];
  for (const script of scripts) {
    const playing = playFault(scenario, options, script, whole);
    plays.push(playing);
    await settledSoon(playing);
  }
  const faults = await Promise.all(plays);
  await assertStateless(which, scenario, options, whole);
  return new FaultSweep(scenario, faults);
}

async function play(scenario: Scenario, { stream, transport }: FaultSweepOptions): Promise<PlayedScenario> {
  const { agent } = scenario;
  const replies: unknown[] = [];
  const heard = isExternalAgent(agent)
    ? externalAgent(async (turn) => {
        const reply = await agent.respond(turn);
        replies.push(reply);
        return reply;
      }, agent.naming)
    : agent;
  return { run: await playScenario({ ...scenario, agent: heard }, { stream, transport }), replies };
}

async function playFault(
  scenario: Scenario,
  options: FaultSweepOptions,
  { steps, ...place }: FaultyScript,
  whole: PlayedScenario,
): Promise<SweptFault> {
  const { timeoutMs = 250 } = options;
  const own = Math.max(timeoutMs, scenario.timeoutMs ?? defaultTimeoutMs);
  const faulty: Scenario = {
    ...scenario,
    steps,
    timeoutMs: hanging.includes(place.fault.kind) ? timeoutMs : own,
    // Expectations that hold without a fault need not hold with one, and they take time.
    expect: undefined,
    check: undefined,
    maxBlockMs: undefined,
  };
  const played = await play(faulty, options);
  return { ...place, ...judged(played, whole), run: { ...played.run, scenario: faulty } };
}

function judged(
  played: PlayedScenario,
  whole: PlayedScenario,
): Pick<SweptFault, 'outcome' | 'error' | 'difference'> {
  const { run } = played;
  if (!('error' in run)) {
    const difference = differenceBetween(whole, played);
    return difference === undefined
      ? { outcome: 'ends-well' }
      : { outcome: 'changes-the-result', difference };
  }
  const error = errorText(run.error);
  if (run.error instanceof ScenarioTimeoutError) return { outcome: 'hangs', error };
  if (isMisfit(run.error))
    return {
      outcome: 'changes-the-result',
      error,
      difference: `the script no longer fits: ${error}`,
    };
  // The scenario may test how its agents handle this error, and then ends with the error even without a fault.
  const isExpected = 'error' in whole.run && errorText(whole.run.error) === error;
  return { outcome: isExpected ? 'ends-well' : 'crashes', error };
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${errorName(error)}: ${error.message}` : show(error);
}

/** How long a sweep waits for a play before it starts the next one. */
const patienceMs = 50;

async function settledSoon(playing: Promise<unknown>): Promise<void> {
  using limit = new TimeLimit(patienceMs, undefined, () => 'a play');
  try {
    await limit.within(playing);
  } catch {
    // A play that takes longer than the limit continues beside the next ones. The caller awaits all plays, and gets
    // the error of a play that was rejected.
  }
}

async function assertStateless(
  which: string,
  scenario: Scenario,
  options: FaultSweepOptions,
  whole: PlayedScenario,
): Promise<void> {
  const again = await play(scenario, options);
  const text = again.run.trace.diff(whole.run.trace)?.text;
  if (text !== undefined)
    throw new UsageError(
      sentence`${{ where: which }} behaves differently when it is played again without a fault at the end of the sweep: the agents or tools keep state between plays. Use ${fact({ field: 'agent', expected: 'a factory, agent: () => …, that creates new agents for each play' }, 'a factory, agent: () => …, that creates new agents for each play')}. An external agent must start over with each conversation. The differences between the two plays (- at the end of the sweep, + at its beginning):\n${text}`,
    );
  if (!again.run.passed)
    throw failed(which, scenario, again, 'again without any fault at the end of the sweep');
}

function failed(
  which: string,
  { name }: Scenario,
  { run }: PlayedScenario,
  how: string,
): ScenarioFailedError {
  const what = `${which} fails when it is played ${how}, so a sweep cannot show what faults change`;
  return new ScenarioFailedError(what, name, run);
}
