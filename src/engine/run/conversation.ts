import { isAgent, refusalOfAgent, type Agent } from '../tools/agent.ts';
import { copyData } from '../values/copy.ts';
import { assertKnownFields, assertKnownOptions } from '../values/known-fields.ts';
import { isProvider } from '../model/valid-provider.ts';
import { assertValidMessages, type Message } from '../model/messages.ts';
import { assertValidContextVariables } from './context.ts';
import { ConversationDriver } from './conversation-driver.ts';
import { assertJson, readState } from './stored-conversation.ts';
import {
  answerCalls,
  assertDecide,
  interruptionIn,
  openCalls,
  pendingCall,
  type Decide,
  type PendingCall,
} from './pending-calls.ts';
import type { ToolReturn } from '../tools/tool.ts';
import type { ContextOption } from './run-options.ts';
import { recordOf, type Response, type RunRecord } from './run-record.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import { partsOf, type Swarm } from './swarm.ts';
import { watched } from './watch.ts';
import { fact, sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * Several runs, each continuing the last, as in Swarm's README ("you can pass these values to your next run"). A
 * conversation takes one message at a time. A `send` that rejects changes nothing.
 */
export class Conversation<C extends object = any> {
  readonly #swarm: Swarm;
  readonly #id: string | undefined;
  readonly #driver: ConversationDriver<C>;
  #sending = false;
  /** The last run, if it was interrupted here. A restored conversation does not have it. */
  #interrupted: RunRecord | undefined;

  /**
   * Starts with this agent, after these messages. `id` is passed to the provider as `conversation`. Throws a
   * TypeError for invalid options.
   */
  constructor(
    options: {
      swarm: Swarm;
      agent: Agent<C>;
      messages?: readonly Message[] | undefined;
      id?: string | undefined;
    } & ContextOption<C>,
  ) {
    assertValidOptions(options);
    this.#swarm = options.swarm;
    this.#id = options.id;
    this.#driver = new ConversationDriver<C>({
      agent: options.agent,
      messages: copyData([...(options.messages ?? [])]),
      contextVariables: copyData((options.contextVariables ?? {}) as C),
    });
  }

  /** All messages so far, including the user's. Each `send` replaces the list; it is never changed. */
  get messages(): readonly Message[] {
    return this.#driver.state.messages;
  }

  /** The active agent, which gets the next message. */
  get agent(): Agent {
    return this.#driver.state.agent;
  }

  /** The context variables after the last run. */
  get contextVariables(): C {
    return this.#driver.state.contextVariables;
  }

  /**
   * The tool calls that wait for `resume`, in order: the last run was interrupted before them. Empty if none wait. The
   * calls of a restored conversation wait too.
   */
  get pending(): readonly PendingCall[] {
    return openCalls(this.messages).map(pendingCall);
  }

  /**
   * Runs the active agent with one more user message, and continues from the response. Rejects as `run` does. Rejects with a
   * TypeError while another `send` or `resume` is in progress, and while calls are pending: the API refuses a user
   * message before their answers.
   */
  send(content: string, options: SendOptions = {}): Promise<Response<C>> {
    return watched(
      () => `a message to the agent "${this.agent.name}"`,
      () => this.#send(content, options),
    );
  }

  async #send(content: string, options: SendOptions): Promise<Response<C>> {
    if (typeof content !== 'string')
      throw new UsageError(
        sentence`${{ where: 'send' }} takes ${{ expected: `the user's text` }}, but was given ${{ given: valueWords(content) }}.${sendAdvice(content)}`,
      );
    assertKnownOptions('send', options, ['maxTurns', 'executeTools', 'signal']);
    return await this.#alone(async () => {
      if (this.pending.length > 0) throw callsWait(this.pending);
      return await this.#run([content], options);
    });
  }

  /**
   * Answers the pending calls as `answerPending` does, runs the active agent, and continues from the response. The
   * tools get the signal of `options`.
   *
   * Rejects as `answerPending` and `send` do. A call that was executed is not executed again: once all calls are
   * answered, the conversation keeps the answers, also if the run after them rejects. The next `resume` then only runs
   * the agent. Rejects with a TypeError if nothing waits.
   */
  resume(
    decide?: (
      call: PendingCall,
    ) => 'execute' | { answer: ToolReturn } | Promise<'execute' | { answer: ToolReturn }>,
    options: SendOptions = {},
  ): Promise<Response<C>> {
    return watched(
      () => `the answers to the pending calls of the agent "${this.agent.name}"`,
      () => this.#resume(decide, options),
    );
  }

  async #resume(decide: Decide | undefined, options: SendOptions): Promise<Response<C>> {
    assertDecide('resume', decide);
    assertKnownOptions('resume', options, ['maxTurns', 'executeTools', 'signal']);
    return await this.#alone(async () => {
      if (openCalls(this.messages).length > 0) await this.#answer(decide, options.signal);
      else if (this.messages.at(-1)?.role !== 'tool') throw nothingWaits();
      return await this.#run([], options);
    });
  }

  async #answer(decide: Decide | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { agent, messages, contextVariables } = this.#driver.state;
    const run = this.#interrupted ? interruptionIn(this.#interrupted) : partsOf(this.#swarm);
    if (!run) throw unknownHooks();
    const waiting = { events: [], ...run, agent, messages, contextVariables, signal };
    this.#driver.continueFrom(await answerCalls('resume', waiting, decide));
    this.#interrupted = undefined;
  }

  /** Refuses to start before the last `send` or `resume` has ended. */
  async #alone<T>(start: () => Promise<T>): Promise<T> {
    if (this.#sending) {
      throw new UsageError(
        sentence`${{ where: 'This conversation' }} is still answering. Await ${{ expected: 'its last send() or resume()' }} before the next one.`,
      );
    }
    this.#sending = true;
    try {
      return await start();
    } finally {
      this.#sending = false;
    }
  }

  async #run(said: readonly string[], options: SendOptions): Promise<Response<C>> {
    const { maxTurns, executeTools, signal } = options;
    const settings = { conversation: this.#id, maxTurns, executeTools, signal };
    const { response } = await this.#driver.send(said, async (input) => {
      const ran = await this.#swarm.run<C>({ ...input, ...settings });
      const { agent, messages, contextVariables } = ran;
      // Copies, because the caller may change the response.
      return {
        response: ran,
        agent,
        messages: copyData(messages),
        contextVariables: copyData(contextVariables),
      };
    });
    this.#interrupted = response.stopReason === 'interrupted' ? recordOf(response) : undefined;
    return response;
  }

  /**
   * The state as JSON, for storage, with the agent's name in place of the agent. Throws a TypeError for a context
   * variable that JSON cannot store and restore (a Map, a Date, a function, …).
   */
  toJSON(): { id?: string; messages: Message[]; agent: string; contextVariables: C } {
    assertJson(this.contextVariables, 'contextVariables');
    return {
      ...(this.#id === undefined ? {} : { id: this.#id }),
      messages: copyData([...this.messages]),
      agent: this.agent.name,
      contextVariables: copyData(this.contextVariables),
    };
  }

  /**
   * A conversation from the state that `toJSON` returned. Throws a TypeError for an invalid state, and unless exactly
   * one of `agents` has the name in the state.
   */
  static restore(state: unknown, options: { swarm: Swarm; agents: readonly Agent[] }): Conversation {
    assertKnownOptions('Conversation.restore', options, ['swarm', 'agents']);
    const { swarm, agents } = options;
    assertSwarm(swarm);
    assertValidAgents(agents);
    const { id, messages, agent, contextVariables } = readState(state);
    const found = agents.filter(({ name }) => name === agent);
    if (found.length !== 1) {
      const names = agents.map(({ name }) => `"${name}"`).join(', ');
      throw new UsageError(
        sentence`The stored conversation was with the agent "${{ agent }}", but ${found.length === 0 ? 'none' : 'more than one'} of the given ${{ field: 'agents' }} has that name. Given: ${fact({ known: agents.map(({ name }) => name) }, names || 'none')}.`,
      );
    }
    return new Conversation({ swarm, agent: found[0]!, messages, id, contextVariables });
  }
}

function callsWait(pending: readonly PendingCall[]): UsageError {
  const tools = pending.map(({ tool }) => tool).join(', ');
  return new UsageError(
    sentence`${{ where: 'send' }} takes a message once all calls are answered, but this conversation has ${{ given: `${pending.length} pending ${pending.length === 1 ? 'call' : 'calls'}` }}: ${tools}. Call ${{ expected: 'resume(decide)' }} first: the API refuses a user message before the answers.`,
  );
}

function nothingWaits(): UsageError {
  return new UsageError(
    sentence`${{ where: 'resume' }} takes a conversation with ${{ expected: 'pending calls' }}, but this one has ${{ given: 'none' }}. Call send(…) to continue. A run is interrupted before its tools with executeTools: false.`,
  );
}

function unknownHooks(): UsageError {
  return new UsageError(
    sentence`The ${{ field: 'swarm' }} of ${{ where: 'a Conversation' }} must be ${{ expected: 'a Swarm' }} to resume calls from an earlier process, but is ${{ given: 'another object with a run method' }}. Its hooks for tools are unknown.`,
  );
}

function sendAdvice(given: unknown): string {
  const { content } = (given ?? {}) as { content?: unknown };
  return typeof content === 'string' ? ' Pass the content of the message.' : remedyFor(given);
}

const fields = ['swarm', 'agent', 'messages', 'id', 'contextVariables'];

function assertValidOptions(options: unknown): void {
  assertKnownFields('A Conversation', options, fields, { provider: 'swarm' });
  const { swarm, agent, messages, id, contextVariables } = options as Record<string, unknown>;
  assertSwarm(swarm);
  if (!isAgent(agent))
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'a Conversation' }}`, agent),
    );
  if (messages !== undefined) assertValidMessages('a Conversation', messages);
  if (id !== undefined && typeof id !== 'string')
    throw new UsageError(
      sentence`The ${{ field: 'id' }} of ${{ where: 'a Conversation' }} must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(id) }}.`,
    );
  if (contextVariables !== undefined) assertValidContextVariables('a Conversation', contextVariables);
}

/** Any object with a `run` method is accepted. */
function assertSwarm(swarm: unknown): void {
  if (typeof (swarm as Partial<Swarm> | null | undefined)?.run === 'function') return;
  throw new UsageError(
    isProvider(swarm)
      ? sentence`The ${{ field: 'swarm' }} of ${{ where: 'a Conversation' }} must be ${{ expected: 'a Swarm' }}, but is ${{ given: 'a provider' }}. Write new Swarm({ provider }).`
      : sentence`The ${{ field: 'swarm' }} of ${{ where: 'a Conversation' }} must be ${{ expected: 'a Swarm' }}, but is ${{ given: valueWords(swarm) }}.`,
  );
}

function assertValidAgents(agents: unknown): void {
  if (!Array.isArray(agents))
    throw new UsageError(
      sentence`The ${{ field: 'agents' }} of ${{ where: 'Conversation.restore' }} must be ${{ expected: 'a list' }}, not ${{ given: valueWords(agents) }}.`,
    );
  for (const [index, agent] of (agents as unknown[]).entries()) {
    if (!isAgent(agent))
      throw new UsageError(
        refusalOfAgent(
          sentence`${fact({ field: `agents[${index}]` }, `Agent ${index + 1}`)} of ${{ where: 'Conversation.restore' }}`,
          agent,
        ),
      );
  }
}

/** Options for one message; each as in `RunOptions`. */
export interface SendOptions {
  /** The maximum number of turns of the run. Default: no limit. */
  maxTurns?: number | undefined;
  /** Default: true. With false, the run stops before the tool calls that the model asks for. */
  executeTools?: boolean | undefined;
  /** Aborts the run. `send` rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
