import { errorName } from '../engine/values/engine-errors.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import type { Message } from '../engine/model/messages.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { ConversationDriver } from '../engine/run/conversation-driver.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import { openCalls } from '../engine/run/pending-calls.ts';
import { startRun } from '../engine/run/swarm.ts';
import type { Agent } from '../engine/tools/agent.ts';
import { show } from '../scenario/equals.ts';
import type { ChatPrinter } from './printer.ts';

/** The settings of a chat. */
export interface ChatSettings {
  readonly agent: Agent;
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
  readonly contextVariables: object;
  /** The messages of an earlier conversation, which the chat continues. */
  readonly messages?: readonly Message[] | undefined;
  readonly executeTools?: boolean | undefined;
  readonly stream: boolean;
  readonly maxTurns: number;
  readonly modelOverride: string | undefined;
  readonly printer: ChatPrinter;
}

/** A conversation between a person and agents, shown as it happens. */
export class Chat {
  readonly #settings: ChatSettings;
  readonly #driver: ConversationDriver;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    const { agent, messages = [], contextVariables } = settings;
    this.#driver = new ConversationDriver({ agent, messages, contextVariables });
  }

  /** The active agent, which gets the next message. */
  get agent(): Agent {
    return this.#driver.state.agent;
  }

  /** All messages so far. */
  get messages(): readonly Message[] {
    return this.#driver.state.messages;
  }

  /** The context variables after the last run. */
  get contextVariables(): object {
    return this.#driver.state.contextVariables;
  }

  /**
   * Sends a message, shows the answers, and returns the events of the run. If the run fails or is stopped, that is
   * shown, the conversation goes back to where it was before the message, and the result is undefined.
   */
  async send(content: string, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined> {
    const { provider, hooks, stream, maxTurns, executeTools, modelOverride, printer } = this.#settings;
    const settings = { maxTurns, executeTools, modelOverride, stream, signal };
    if (openCalls(this.messages).length > 0) {
      printer.line(
        '(This message was not sent: the calls before it have no answers, because executeTools is false. /exit leaves.)',
      );
      return undefined;
    }
    try {
      let events: readonly RecordedEvent[] = [];
      await this.#driver.send([content], async (input) => {
        const run = startRun(provider, hooks, { ...input, ...settings }, (event) => printer.event(event));
        for (let piece = await run.advance(); piece; piece = await run.advance())
          if (piece.type === 'stream-delta') printer.delta(piece.delta);
        const { stopReason } = run.response;
        if (stopReason === 'max_turns') printer.line(`(Stopped: the turn limit is ${maxTurns}.)`);
        if (stopReason === 'interrupted')
          printer.line('(Stopped before the tools, because executeTools is false.)');
        events = run.events;
        return run.response;
      });
      return events;
    } catch (error) {
      const why = signal.aborted ? 'Stopped.' : `This failed with ${described(error)}`;
      // After an error of several lines, the next sentence gets a line of its own.
      const gap = why.includes('\n') ? '\n' : ' ';
      printer.line(`(${why}${gap}The conversation is back to where it was before this message.)`);
      return undefined;
    }
  }
}

function described(error: unknown): string {
  const text = error instanceof Error ? `${errorName(error)}: ${error.message}` : show(error);
  return withCauses(/[.!?]$/.test(text) ? text : `${text}.`, error);
}
