import { isAgent, type Agent } from '../engine/tools/agent.ts';
import type { RecordedEvent, TraceEvent } from '../engine/run/events.ts';
import type { Message } from '../engine/model/messages.ts';
import type { Response } from '../engine/run/run-record.ts';
import { valueWords } from '../engine/data/value-words.ts';
import { startRun } from '../engine/run/swarm.ts';
import { watched } from '../engine/run/watch.ts';
import { didYouMean } from '../engine/data/did-you-mean.ts';
import { ScriptPlayer } from '../script/script-player.ts';
import { providerOf } from '../script/scripted-provider.ts';
import { RunTrace } from '../trace/trace.ts';
import { show } from './equals.ts';
import { unmetExpectations } from './expectations.ts';
import { checkScenario } from './check-scenario.ts';
import { defaultMaxTurns, defaultTimeoutMs, type Scenario, type ScenarioRun } from './scenario.ts';
import { StubbedAgents } from './stub-tools.ts';
import { TimeLimit } from './timeout.ts';
import { whatHappened } from './verdicts/verdict.ts';

/** How a scenario is played. */
export interface RunScenarioOptions {
  /** "in-process": the engine asks the script directly. */
  transport?: 'in-process' | undefined;
  /** false. Whether the model's answers come in pieces; the trace is the same. */
  stream?: boolean | undefined;
  /** Every choice that is made follows from it; an in-process run makes none. */
  seed?: number | undefined;
  /** Stops the scenario; its reason becomes the run's error. */
  signal?: AbortSignal | undefined;
}

/**
 * Plays a scenario and says what came of it. Rejects only for a scenario that is malformed
 * (TypeError, ScriptMistakeError); everything that happens in it is a result.
 *
 * Every user step starts a run that continues the last. A run that is rejected ends the scenario,
 * unless the script itself made the model fail and a user step comes next: then the user goes on
 * from where the conversation was before that run.
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

async function playScenario(scenario: Scenario, options: RunScenarioOptions): Promise<ScenarioRun> {
  checkScenario(scenario);
  if (options.transport !== undefined && options.transport !== 'in-process') {
    throw new TypeError(
      `The transport ${JSON.stringify(options.transport)} is not known. There is "in-process".`,
    );
  }
  const play = new Play(scenario, options);
  using limit = new TimeLimit(scenario.timeoutMs ?? defaultTimeoutMs, options.signal, () => play.awaited);
  return await play.run(limit);
}

/** One playing of a scenario. */
class Play {
  readonly #scenario: Scenario;
  readonly #stream: boolean;
  readonly #player: ScriptPlayer;
  readonly #provider: ReturnType<typeof providerOf>;
  /** Of each run so far; the trace reads them when it is asked. */
  readonly #events: (readonly RecordedEvent[])[] = [];
  readonly #stubs: StubbedAgents;
  readonly #result: ScenarioRun;
  /** The event that the first unmet expectation points to. */
  #marked: TraceEvent | undefined;

  constructor(scenario: Scenario, options: RunScenarioOptions) {
    this.#scenario = scenario;
    this.#stream = options.stream ?? false;
    this.#player = new ScriptPlayer(scenario.steps);
    this.#provider = providerOf(this.#player);
    this.#stubs = new StubbedAgents(scenario.tools ?? {});
    this.#result = { scenario, passed: true, failures: [], trace: new RunTrace(this.#events) };
  }

  get awaited(): string {
    const events = this.#events.at(-1);
    if (!events) return 'the agent factory';
    return `${awaitedIn(events)}${this.#scenario.hooks ? ' or a hook' : ''}`;
  }

  async run(limit: TimeLimit): Promise<ScenarioRun> {
    const result = this.#result;
    const agent = await this.#makeAgent(limit);
    if (agent) {
      const finished = await this.#converse(agent, limit);
      // Leftovers of a run that was rejected are no news, unless that was to happen.
      const failedAsExpected = this.#scenario.expect?.error && result.trace.outcome === 'failed';
      if (finished || failedAsExpected) this.#checkLeftovers();
    }
    for (const { reason, marked } of unmetExpectations(result)) {
      this.#marked ??= marked;
      this.#fail(reason());
    }
    if (agent) this.#checkStubs();
    // Of a run that was rejected unexpectedly nothing else is to be expected.
    if (!this.#rejected || this.#scenario.expect?.error) await this.#check();
    const [first] = result.failures;
    // Once is enough, where the reader begins; a matcher in the check has told it already.
    if (first && !first.message.includes('What happened:'))
      first.message += `\n${whatHappened(result.trace, this.#marked)}`;
    result.passed = first === undefined;
    return result;
  }

  async #makeAgent(limit: TimeLimit): Promise<Agent | undefined> {
    const given = this.#scenario.agent;
    let agent: unknown = given;
    if (typeof given === 'function') {
      try {
        agent = await limit.within(given());
      } catch (error) {
        this.#result.error = error;
        return undefined;
      }
    }
    if (!isAgent(agent)) {
      throw new TypeError(
        `The agent factory of the scenario must return an Agent, but returned ${valueWords(agent)}. Is a "return" missing?`,
      );
    }
    return this.#scenario.tools ? this.#stubs.copyOf(agent) : agent;
  }

  /** The runs, one for each user step. False when one of them was rejected, so that leftovers are no news. */
  async #converse(start: Agent, limit: TimeLimit): Promise<boolean> {
    let messages: Message[] = [...(this.#scenario.messages ?? [])];
    let agent = start;
    let contextVariables = this.#scenario.contextVariables ?? {};
    for (;;) {
      const said: Message[] = [];
      for (let content = this.#player.takeUser(); content !== undefined; content = this.#player.takeUser()) {
        said.push({ role: 'user', content });
      }
      const position = this.#player.position;
      const response = await this.#playRun(agent, [...messages, ...said], contextVariables, limit);
      if (response) {
        messages = [...messages, ...said, ...response.messages];
        ({ agent, contextVariables } = response);
      } else if (!this.#failedAsScripted(position)) {
        return false;
      }
      if (!this.#player.userIsNext) return response !== undefined;
    }
  }

  async #playRun(
    agent: Agent,
    messages: Message[],
    contextVariables: object,
    limit: TimeLimit,
  ): Promise<Response | undefined> {
    const { maxTurns = defaultMaxTurns, executeTools, modelOverride, hooks } = this.#scenario;
    const options = {
      agent,
      messages,
      contextVariables,
      maxTurns,
      executeTools,
      modelOverride,
      signal: limit.signal,
      stream: this.#stream,
    };
    const run = startRun(this.#provider, hooks === undefined ? [] : [hooks].flat(), options);
    this.#events.push(run.events);
    delete this.#result.error;
    delete this.#result.response;
    try {
      while (await run.advance());
      return (this.#result.response = run.response);
    } catch (error) {
      this.#result.error = error;
      return undefined;
    }
  }

  /** Whether the last run was rejected because the last step it took says that the model fails. */
  #failedAsScripted(position: number): boolean {
    return this.#player.position > position && this.#player.lastAnswerFails;
  }

  #checkLeftovers(): void {
    if (this.#player.position >= this.#scenario.steps.length) return;
    const stopReason = this.#result.response?.stopReason ?? 'rejected';
    const step = this.#player.position + 1;
    const cause = this.#player.notFinished(
      `Run ${this.#events.length} ended (${stopReason}) before step ${step}`,
    );
    this.#result.failures.push({ message: cause.message, step, cause });
  }

  #checkStubs(): void {
    for (const name of this.#stubs.unused) {
      const { toolNames } = this.#stubs;
      this.#fail(
        `The stub "${name}" stands in for no tool: no agent that was reached has one of that name.${didYouMean(name, toolNames)} Their tools: ${toolNames.join(', ') || 'none'}.`,
      );
    }
  }

  /** Within a limit of its own: that of the runs may be used up, as expected. */
  async #check(): Promise<void> {
    const { check, timeoutMs = defaultTimeoutMs } = this.#scenario;
    if (!check) return;
    using limit = new TimeLimit(timeoutMs, undefined, () => 'the check of the scenario');
    try {
      await limit.within(check(this.#result));
    } catch (error) {
      const message = `The check failed: ${error instanceof Error ? error.message : show(error)}`;
      this.#result.failures.push({ message, cause: error });
    }
  }

  /** Whether the last run, or the agent factory, was rejected: perhaps with undefined. */
  get #rejected(): boolean {
    const { outcome } = this.#result.trace;
    return outcome === 'failed' || outcome === 'aborted';
  }

  #fail(message: string): void {
    this.#result.failures.push({ message });
  }
}

/** What a run that has come so far is waiting for. */
function awaitedIn(events: readonly RecordedEvent[]): string {
  const last = events.at(-1);
  if (last?.type === 'model-request') return `the model's answer to ${last.agent} (turn ${last.turn})`;
  const answer = events.findLast((event) => event.type === 'model-response');
  const calls = (answer && answer.message.tool_calls) ?? [];
  const answered = events
    .slice(answer ? events.indexOf(answer) : 0)
    .filter((event) => event.type === 'tool-result').length;
  const pending = calls[answered];
  if (answer && pending?.type === 'function')
    return `the tool "${pending.function.name}" (turn ${answer.turn})`;
  return 'the instructions of an agent';
}
