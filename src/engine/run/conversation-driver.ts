import type { Message } from '../model/messages.ts';
import type { Agent } from '../tools/agent.ts';

/** What the next run of a conversation continues from. */
export interface ConversationState<C extends object = object> {
  readonly agent: Agent;
  readonly messages: readonly Message[];
  readonly contextVariables: C;
}

/**
 * Continues a conversation run by run. The messages of a run are appended; its agent and context variables are the
 * input of the next run. A rejected run changes nothing.
 */
export class ConversationDriver<C extends object = object> {
  #state: ConversationState<C>;

  constructor({ agent, messages, contextVariables }: ConversationState<C>) {
    this.#state = { agent, messages, contextVariables };
  }

  /** Each run replaces this object; it is never changed. */
  get state(): ConversationState<C> {
    return this.#state;
  }

  /** Continues from here in place of the last run: the calls of an interrupted run were answered. */
  continueFrom(state: ConversationState<C>): void {
    this.#state = state;
  }

  /** Appends the user's messages, runs, and continues from the response. Resolves to the result of `run`. */
  async send<R extends ConversationState<C>>(
    said: readonly string[],
    run: (input: ConversationState<C>) => Promise<R>,
  ): Promise<R> {
    const userMessages = said.map((content): Message => ({ role: 'user', content }));
    const messages = [...this.#state.messages, ...userMessages];
    const response = await run({ ...this.#state, messages });
    const { agent, contextVariables } = response;
    this.#state = { agent, messages: [...messages, ...response.messages], contextVariables };
    return response;
  }
}
