import { isAgent, type Agent } from '../engine/tools/agent.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import type { TraceEvent } from '../engine/run/events.ts';
import { watched } from '../engine/run/watch.ts';
import { isMisfit, ScriptNotFinishedError } from '../script/script-errors.ts';
import { ScriptPlayer } from '../script/script-player.ts';
import { RunTrace } from '../trace/trace.ts';
import { BlockWatch } from './blocking.ts';
import { assertValidScenario, beginsWithModel, nobodySpoke, type CheckedScenario } from './valid-scenario.ts';
import { show } from './equals.ts';
import { unmetExpectations } from './expectations.ts';
import { isExternalAgent } from './external-agent.ts';
import { loadedFor } from './loaded-modules.ts';
import { assertValidRunOptions } from './valid-run-options.ts';
import { makeAgent, NoAgentError } from './made-agent.ts';
import { OurAgents } from './our-agents.ts';
import type { PlayObserver } from './play-observer.ts';
import { defaultTimeoutMs, type Scenario, type ScenarioRun } from './scenario.ts';
import { StubbedAgents } from './stub-tools.ts';
import { takePollution, watchingPrototypes } from './polluted-prototypes.ts';
import type { Subject } from './subject.ts';
import { AnsweredTalk, ScriptedTalk, type Talk } from './talk.ts';
import { isLate, TimeLimit, type LongestPart } from './timeout.ts';
import { whatHappened } from './assertions/verdict.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import { fact, Sentence } from '../engine/values/error-facts.ts';
import { addFacts, messageOf } from '../engine/values/engine-errors.ts';

/** How requests reach the script. */
export type Transport = 'in-process' | 'http';

/** How a scenario is played. */
export interface RunScenarioOptions {
  /**
   * "in-process": the engine asks the script directly. "http": the engine asks through the real `openai` client,
   * without retries, and requests and responses stay in this process; this needs the package openai. An external
   * agent always asks over HTTP. Default: "in-process".
   */
  transport?: Transport | undefined;
  /** Whether the model's answers are streamed; the trace is the same. Default: false. */
  stream?: boolean | undefined;
  /**
   * A provider that answers instead of the script, such as a cassette or a live model. Only the user steps of the
   * script are then played. If the script has no model steps, each user step is a run of its own. If the model fails,
   * the run ends, and the scenario continues with the next user message.
   */
  provider?: CompletionProvider | undefined;
  /** Stops the scenario when it is aborted. The signal's reason becomes the run's error. */
  signal?: AbortSignal | undefined;
}

/**
 * Plays a scenario and returns its result. Rejects only for a malformed scenario or malformed options (TypeError,
 * ScriptMistakeError); everything that happens during the scenario is in the result.
 *
 * A user step starts a run that continues the run before; consecutive user steps start one run together. A rejected
 * run ends the scenario, unless the script itself made the model fail and a user step comes next. In that case, the
 * conversation continues from its state before the rejected run.
 */
export function runScenario(scenario: Scenario, options: RunScenarioOptions = {}): Promise<ScenarioRun> {
  return watched(
    () => whatIsPlayed(scenario),
    () => playScenario(scenario, options),
  );
}

function whatIsPlayed({ name, agent }: Scenario): string {
  if (name !== undefined) return `the scenario "${name}"`;
  return isAgent(agent) ? `a scenario of the agent "${agent.name}"` : 'a scenario';
}

/**
 * `runScenario` for code that plays a scenario many times and judges each run itself. Such code may look for scripts
 * that do not fit, so the RunWatcher is not notified: it would fail the test because of such a script. The observer
 * is not asked about an external agent.
 */
export async function playScenario(
  scenario: Scenario,
  options: RunScenarioOptions = {},
  observer?: PlayObserver,
): Promise<ScenarioRun> {
  assertValidScenario(scenario);
  assertValidRunOptions(options);
  const play = new Play(scenario, options, observer);
  await loadedFor(scenario, options.transport === 'http');
  return await watchingPrototypes(async () => {
    using limit = new TimeLimit(scenario.timeoutMs ?? defaultTimeoutMs, options.signal, () => play.awaited, {
      longest: () => play.longest,
    });
    if (scenario.maxBlockMs === undefined) return await play.run(limit);
    using watch = new BlockWatch(scenario.maxBlockMs);
    return await watch.within(() => play.run(limit, watch));
  });
}

/** One play of a scenario. */
class Play {
  readonly #scenario: Scenario;
  readonly #options: RunScenarioOptions;
  readonly #player: ScriptPlayer;
  readonly #talk: Talk;
  readonly #stubs: StubbedAgents;
  readonly #result: ScenarioRun;
  #subject: Subject | undefined;
  /** The agent that the factory made, to be disposed of at the end. */
  #made: Agent | undefined;
  /** The event that the first unmet expectation points to. */
  #marked: TraceEvent | undefined;
  readonly #observer: PlayObserver | undefined;

  constructor(scenario: CheckedScenario, options: RunScenarioOptions, observer: PlayObserver | undefined) {
    this.#scenario = scenario;
    this.#options = options;
    this.#observer = observer;
    this.#player = new ScriptPlayer(scenario.steps);
    this.#talk = options.provider
      ? new AnsweredTalk(scenario.steps, options.provider)
      : new ScriptedTalk(this.#player);
    this.#stubs = new StubbedAgents(scenario.tools ?? {});
    this.#result = { scenario, passed: true, failures: [], trace: new RunTrace([]) };
  }

  get awaited(): string {
    const { agent } = this.#scenario;
    return this.#subject?.awaited ?? (typeof agent === 'function' ? 'the agent factory' : 'its first run');
  }

  get longest(): LongestPart | undefined {
    return this.#subject?.longest;
  }

  async run(limit: TimeLimit, watch?: BlockWatch): Promise<ScenarioRun> {
    const result = this.#result;
    const subject = (this.#subject = await this.#makeSubject(limit, watch));
    if (subject) {
      const finished = await this.#converse(subject, limit);
      result.trace = new RunTrace(subject.runs);
      await subject.close();
      // Steps left over after a rejected run are not worth reporting, unless the rejection was expected.
      const failedAsExpected = this.#scenario.expect?.error && result.trace.outcome === 'failed';
      const { first: misfit } = this.#player.misfits;
      // No run was rejected for a request that the app made without waiting for it.
      if (misfit && !isMisfit(result.error)) result.failures.push({ message: misfit.message, cause: misfit });
      else if (finished || failedAsExpected) this.#findLeftovers(subject);
    }
    // Everything else may follow from a key that every object inherits, so it is removed first.
    const polluted = takePollution();
    for (const { reason, facts, marked } of unmetExpectations(result, subject ? 'run' : 'factory')) {
      this.#marked ??= marked;
      this.#fail(new Sentence(reason(), facts));
    }
    if (beginsWithModel(this.#scenario)) this.#fail(nobodySpoke);
    // A block that is longer than the limit of the scenario is the reason that it is late, which is reported already.
    const late = isLate(result.error) ? result.error.timeoutMs : Infinity;
    for (const { message, blockedMs } of watch?.problems() ?? []) if (blockedMs <= late) this.#fail(message);
    // If the script did not fit, unreached agents are expected; do not report unused stubs.
    if (subject && !isMisfit(result.error))
      for (const problem of this.#stubs.unusedProblems()) this.#fail(problem);
    // After an unexpected rejection, the scenario's `check` function would only report consequences.
    if (!this.#rejected || this.#scenario.expect?.error) await this.#runCheck();
    await this.#dispose();
    const causes = [...polluted, ...takePollution()];
    result.failures.unshift(...causes.map((cause) => ({ message: cause.message, cause })));
    const [first] = result.failures;
    // Show what happened once, in the first failure. A matcher in the `check` function may have shown it already.
    if (first && !first.message.includes('What happened:'))
      first.message += `\n${whatHappened(result.trace, this.#marked)}`;
    // Leftover steps have the requests in their own message.
    if (first && !(first.cause instanceof ScriptNotFinishedError) && result.trace.outcome === 'failed')
      first.message += subject?.came ? `\n${subject.came.text}` : '';
    result.passed = first === undefined;
    return result;
  }

  /** Returns undefined if the agent factory failed. The result then has the error of the factory. */
  async #makeSubject(limit: TimeLimit, watch: BlockWatch | undefined): Promise<Subject | undefined> {
    const given = this.#scenario.agent;
    const { provider: answering } = this.#talk;
    if (isExternalAgent(given)) {
      const { ExternalApp } = await import('./external-app.ts');
      return new ExternalApp(given, answering, this.#scenario.messages, watch);
    }
    let agent: Agent;
    if (typeof given === 'function') {
      const factory = watch ? () => watch.call(fact({}, 'The agent factory'), given) : given;
      try {
        agent = await makeAgent(factory, limit, 'the scenario');
      } catch (error) {
        if (error instanceof NoAgentError) throw error;
        this.#result.error = error;
        return undefined;
      }
      this.#made = agent;
    } else {
      agent = given;
    }
    const { transport, stream = false } = this.#options;
    const provider =
      transport === 'http'
        ? await (await import('../wire/http-transport.ts')).overHttp(answering)
        : answering;
    const own = this.#scenario.tools ? this.#stubs.copyOf(agent) : agent;
    return new OurAgents(own, this.#scenario, provider, stream, this.#observer);
  }

  /**
   * Plays a run each time the user speaks. Returns false if the last run was rejected; leftover steps are then not
   * reported.
   */
  async #converse(subject: Subject, limit: TimeLimit): Promise<boolean> {
    for (;;) {
      const hasEnded = await this.#playRun(subject, this.#talk.next(), limit);
      // An answer may have a fault and not fit as well.
      if (!hasEnded && (this.#player.misfits.first || !this.#talk.failedByModel(subject.runs.at(-1) ?? [])))
        return false;
      if (!this.#talk.userIsNext) return hasEnded;
    }
  }

  async #playRun(subject: Subject, said: readonly string[], limit: TimeLimit): Promise<boolean> {
    delete this.#result.error;
    delete this.#result.response;
    try {
      const response = await subject.run(said, limit);
      if (response) this.#result.response = response;
      return true;
    } catch (error) {
      // An error that is expected is not expected late.
      this.#result.error = (this.#scenario.expect?.error && limit.overrun) ?? error;
      return false;
    }
  }

  #findLeftovers({ runs, came }: Subject): void {
    if (this.#options.provider || this.#player.position >= this.#scenario.steps.length) return;
    const { response, trace } = this.#result;
    const { maxTurns } = this.#scenario;
    const limit = trace.outcome === 'max_turns' && maxTurns !== undefined ? `, the limit is ${maxTurns}` : '';
    const reason = response?.stopReason ?? (trace.outcome === 'failed' ? 'rejected' : trace.outcome);
    const step = this.#player.position + 1;
    const left = this.#player.notFinished(`Run ${runs.length} ended (${reason}${limit}) before step ${step}`);
    const cause = came ? left.after(came) : left;
    this.#result.failures.push({ message: cause.message, step, cause });
  }

  /**
   * Calls the scenario's `check` function. It has a time limit of its own, because the runs may have used up theirs,
   * for example if the scenario expects a timeout.
   */
  async #runCheck(): Promise<void> {
    const { check, timeoutMs = defaultTimeoutMs } = this.#scenario;
    if (!check) return;
    using limit = new TimeLimit(timeoutMs, undefined, () => 'the check of the scenario');
    try {
      const checked: unknown = await limit.within(check(this.#result));
      if (checked === false)
        this.#fail(
          'The check returned false. To fail, a check must throw: use expect(…) or assert(…) in it.',
        );
    } catch (error) {
      const message = `The check failed: ${error instanceof Error ? error.message : show(error)}`;
      this.#result.failures.push({ message: withCauses(message, error), cause: error });
    }
  }

  /**
   * Disposes of the agent that the factory made for this play. An agent that is given without a factory may be used
   * by the next play.
   */
  async #dispose(): Promise<void> {
    if (!this.#made) return;
    const { name } = this.#made;
    using limit = new TimeLimit(
      this.#scenario.timeoutMs ?? defaultTimeoutMs,
      undefined,
      () => `the disposal of the agent "${name}"`,
    );
    try {
      await limit.within(this.#made[Symbol.asyncDispose]());
    } catch (error) {
      const message = `Disposing of the agent "${name}" failed: ${error instanceof Error ? error.message : show(error)}`;
      this.#result.failures.push({ message: withCauses(message, error), cause: error });
    }
  }

  /**
   * Whether the last run, or the agent factory, was rejected. Not derived from `error`, because a run can reject with
   * undefined.
   */
  get #rejected(): boolean {
    const { outcome } = this.#result.trace;
    return isLate(this.#result.error) || outcome === 'failed' || outcome === 'aborted';
  }

  #fail(said: string | Sentence): void {
    this.#result.failures.push(addFacts({ message: messageOf(said) }, said));
  }
}
