import type { CompletionOptions } from '../model/provider.ts';
import type { ContextVariables } from '../tools/agent.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { RecordedEvent } from './events.ts';

/**
 * The key under which options and contexts keep the events of their run. A registered symbol, so that two copies of
 * the package in one process share it.
 */
const runKey = Symbol.for('swarmcheck.run');

type Events = readonly RecordedEvent[];

/**
 * The events of the run that a provider's options or a tool's context belong to. This is the run's own list, which
 * grows, so a recording can read the results of tools from it. Undefined for objects that did not come from a run,
 * and for copies.
 */
export function runOf(given: object | undefined): Events | undefined {
  const carrier: { [runKey]?: Events } | undefined = given;
  return carrier?.[runKey];
}

/**
 * The options that a provider gets with a request. The events of the run are not one of the fields, so that code that
 * compares or copies the options does not see them.
 */
export class RequestOptions implements CompletionOptions {
  readonly signal: AbortSignal | undefined;
  readonly conversation: string | undefined;
  readonly #events: Events;

  constructor(signal: AbortSignal | undefined, conversation: string | undefined, events: Events) {
    this.signal = signal;
    this.conversation = conversation;
    this.#events = events;
  }

  get [runKey](): Events {
    return this.#events;
  }
}

/** The given options with another signal, and still with their run. */
export function optionsUnderSignal(options: CompletionOptions, signal: AbortSignal): CompletionOptions {
  if (options.signal === signal) return options;
  const events = runOf(options);
  return events ? new RequestOptions(signal, options.conversation, events) : { ...options, signal };
}

/** The context that a tool gets besides its arguments. */
export class CallContext implements ToolContext {
  readonly contextVariables: ContextVariables;
  readonly signal: AbortSignal;
  readonly toolCallId: string;
  readonly #events: Events;

  constructor(contextVariables: ContextVariables, signal: AbortSignal, toolCallId: string, events: Events) {
    this.contextVariables = contextVariables;
    this.signal = signal;
    this.toolCallId = toolCallId;
    this.#events = events;
  }

  get [runKey](): Events {
    return this.#events;
  }
}
