import type { ToolCall } from '../engine/model/completion.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { ConversationDriver } from '../engine/run/conversation-driver.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import type { Response } from '../engine/run/run-record.ts';
import { openCalls } from '../engine/run/pending-calls.ts';
import { startRun } from '../engine/run/swarm.ts';
import type { Agent } from '../engine/tools/agent.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import type { PlayObserver } from './play-observer.ts';
import { defaultMaxTurns, type Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';
import type { LongestPart, TimeLimit } from './timeout.ts';
import { Stopwatch } from './stopwatch.ts';

/** Agents of this engine, as a scenario talks to them. */
export class OurAgents implements Subject {
  readonly runs: (readonly RecordedEvent[])[] = [];
  readonly #scenario: Scenario;
  readonly #provider: CompletionProvider;
  readonly #stream: boolean;
  readonly #driver: ConversationDriver;
  readonly #observer: PlayObserver | undefined;
  readonly #stopwatch: Stopwatch;

  constructor(
    agent: Agent,
    scenario: Scenario,
    provider: CompletionProvider,
    stream: boolean,
    observer?: PlayObserver,
  ) {
    this.#scenario = scenario;
    this.#provider = observer?.provider(provider) ?? provider;
    this.#stream = stream;
    this.#observer = observer;
    this.#stopwatch = new Stopwatch(scenario.hooks !== undefined);
    const { messages = [], contextVariables = {} } = scenario;
    const first = observer?.agent(agent) ?? agent;
    this.#driver = new ConversationDriver({ agent: first, messages: [...messages], contextVariables });
  }

  get awaited(): string {
    return `${awaitedIn(this.runs.at(-1) ?? [])}${this.#scenario.hooks ? ' or a hook' : ''}`;
  }

  get longest(): LongestPart | undefined {
    return this.#stopwatch.longest;
  }

  async run(said: readonly string[], limit: TimeLimit): Promise<Response> {
    const { maxTurns = defaultMaxTurns, executeTools, modelOverride, hooks } = this.#scenario;
    const settings = { maxTurns, executeTools, modelOverride, signal: limit.signal, stream: this.#stream };
    const open = openCalls(this.#driver.state.messages);
    if (said.length > 0 && open.length > 0) {
      // A run without events counts as failed.
      this.runs.push([]);
      throw speaksTooSoon(open);
    }
    const observer = this.#observer;
    const given = hooks === undefined ? [] : [hooks].flat();
    return await this.#driver.send(said, async (input) => {
      observer?.runStarts(input.agent);
      const run = startRun(
        this.#provider,
        observer?.hooks(given) ?? given,
        { ...input, ...settings, conversation: observer?.conversation },
        this.#stopwatch.note,
      );
      this.#stopwatch.start();
      this.runs.push(run.events);
      for (let piece = await run.advance(); piece; piece = await run.advance()) observer?.piece(piece);
      limit.assertInTime();
      return run.response;
    });
  }

  async close(): Promise<void> {}
}

function speaksTooSoon(open: readonly ToolCall[]): UsageError {
  const tools = open.map((call) => call.function.name).join(', ');
  return new UsageError(
    sentence`The user of ${{ where: 'the scenario' }} speaks before ${{ expected: 'the answers to all calls' }}, which the API refuses. Without an answer: ${{ given: tools }}. End the steps at the calls. To test the answers, call answerPending in a test.`,
  );
}

/** The answer, tool or instructions that a run with these events is waiting for. */
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
