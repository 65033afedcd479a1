import { errorName } from '../engine/data/errors.ts';
import type { Message } from '../engine/model/messages.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import { startRun } from '../engine/run/swarm.ts';
import type { Agent } from '../engine/tools/agent.ts';
import { show } from '../scenario/equals.ts';
import type { ChatPrinter } from './printer.ts';

/** What a chat is held with. */
export interface ChatSettings {
  readonly agent: Agent;
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
  readonly contextVariables: object;
  /** What was said before. */
  readonly messages?: readonly Message[] | undefined;
  readonly executeTools?: boolean | undefined;
  readonly stream: boolean;
  readonly maxTurns: number;
  readonly modelOverride: string | undefined;
  readonly printer: ChatPrinter;
}

/** A conversation of a person with agents, shown as it happens. */
export class Chat {
  readonly #settings: ChatSettings;
  #agent: Agent;
  #messages: readonly Message[];
  #contextVariables: object;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    this.#agent = settings.agent;
    this.#messages = settings.messages ?? [];
    this.#contextVariables = settings.contextVariables;
  }

  /** Active now: the next message goes to it. */
  get agent(): Agent {
    return this.#agent;
  }

  /** All of them so far. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** As the last run left them. */
  get contextVariables(): object {
    return this.#contextVariables;
  }

  /**
   * Lets the agents answer. What kept them from it is shown, and the conversation is where it was before; otherwise it goes
   * on from there, and what happened is returned.
   */
  async send(content: string, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined> {
    const { provider, hooks, stream, maxTurns, executeTools, modelOverride, printer } = this.#settings;
    const messages: Message[] = [...this.#messages, { role: 'user', content }];
    const options = {
      agent: this.#agent,
      messages,
      contextVariables: this.#contextVariables,
      maxTurns,
      executeTools,
      modelOverride,
      stream,
      signal,
    };
    try {
      const run = startRun(provider, hooks, options, (event) => printer.event(event));
      for (let piece = await run.advance(); piece; piece = await run.advance())
        if (piece.type === 'stream-delta') printer.delta(piece.delta);
      const { response } = run;
      if (response.stopReason === 'max_turns')
        printer.line(`(Stopped after ${maxTurns} turns, which is the limit.)`);
      if (response.stopReason === 'interrupted')
        printer.line('(Stopped before the tools, since executeTools is false.)');
      this.#messages = [...messages, ...response.messages];
      this.#agent = response.agent;
      this.#contextVariables = response.contextVariables as object;
      return run.events;
    } catch (error) {
      const why = signal.aborted ? 'Stopped.' : `This failed with ${described(error)}`;
      // Below what has lines of its own.
      const gap = why.includes('\n') ? '\n' : ' ';
      printer.line(`(${why}${gap}The conversation is where it was before this message.)`);
      return undefined;
    }
  }
}

function described(error: unknown): string {
  const text = error instanceof Error ? `${errorName(error)}: ${error.message}` : show(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
