import type { CompletionOptions } from '../model/provider.ts';
import type { ContextVariables } from '../tools/agent.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { RecordedEvent } from './events.ts';

/** Registered, so that two copies of the package in one process share it. */
const runKey = Symbol.for('swarmcheck.run');

type Events = readonly RecordedEvent[];

/**
 * The events of the run that a provider's options or a tool's context come from: the list itself, which grows. So whoever
 * records a conversation reads what tools did off the one list of what happened. Undefined where there is no run of ours,
 * and for copies.
 */
export function runOf(given: object | undefined): Events | undefined {
  const carrier: { [runKey]?: Events } | undefined = given;
  return carrier?.[runKey];
}

/** What a provider is given beside a request. Its run is no field of it: whoever compares the options, or copies them, sees none. */
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

/** The same options under another signal. */
export function optionsUnderSignal(options: CompletionOptions, signal: AbortSignal): CompletionOptions {
  if (options.signal === signal) return options;
  const events = runOf(options);
  return events ? new RequestOptions(signal, options.conversation, events) : { ...options, signal };
}

/** What a tool is given beside its arguments. */
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
