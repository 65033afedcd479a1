import type { RecordedEvent } from '../engine/run/events.ts';
import { realTime, type LongestPart } from './timeout.ts';

/**
 * Measures which part of a scenario takes longest, from one event of a run to the next. An event ends the part that it
 * reports: a result ends its tool, and an answer ends the wait for the model.
 */
export class Stopwatch {
  readonly #hasHooks: boolean;
  #at = 0;
  #longestMs = 0;
  #event: RecordedEvent | undefined;

  /** With hooks, a part may also have been spent in a hook, which leaves no event. */
  constructor(hasHooks: boolean) {
    this.#hasHooks = hasHooks;
  }

  /** A new run begins. */
  start(): void {
    this.#at = realTime();
  }

  readonly note = (event: RecordedEvent): void => {
    const now = realTime();
    const ms = now - this.#at;
    this.#at = now;
    if (this.#event && ms <= this.#longestMs) return;
    this.#longestMs = ms;
    this.#event = event;
  };

  get longest(): LongestPart | undefined {
    if (!this.#event) return undefined;
    const { what, ...facts } = partOf(this.#event);
    return { ...facts, what: `${what}${this.#hasHooks ? ' or a hook' : ''}`, ms: this.#longestMs };
  }
}

/** The part that this event ended. */
function partOf(event: RecordedEvent): LongestPart {
  switch (event.type) {
    case 'tool-result':
      return {
        what: `the tool ${JSON.stringify(event.tool)} (turn ${event.turn})`,
        tool: event.tool,
        agent: event.agent,
      };
    case 'model-response':
    case 'model-error':
      return { what: `the model's answer to ${event.agent} (turn ${event.turn})`, agent: event.agent };
    case 'model-request':
      return { what: `the instructions of ${event.agent} (turn ${event.turn})`, agent: event.agent };
    default:
      return { what: 'the run itself' };
  }
}
