import type { Message } from '../engine/model/messages.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** The argument of `respond`: all that an app needs to answer the user once. */
export interface ExternalTurn {
  /** What the user says now. */
  message: string;
  /** The texts of user and assistant so far, including `message`. */
  messages: readonly Message[];
  /** The address on loopback to which the app's client sends its requests. */
  baseURL: string;
  /** A dummy key, for clients that require one. */
  apiKey: string;
  /** A function that gives the same answers as the address, without a socket. For clients that take a `fetch`. */
  fetch: typeof fetch;
  /** Aborted when the scenario is aborted or its time is up. */
  signal: AbortSignal;
}

/** An app with its own client, as the agent of a scenario. */
export interface ExternalAgent {
  /** Distinguishes an external agent from an agent of this engine. */
  readonly kind: 'external';
  /** Answers the user once. Resolves when the answer is complete. */
  readonly respond: (turn: ExternalTurn) => Promise<unknown>;
}

/**
 * An app that is built on any SDK, or on none, as the agent of a scenario. For each run, `respond` is called with the
 * address to which the app sends its requests; the script answers them. The tool calls, their results and the
 * handoffs are read from the requests, so every matcher works. The outcome is `completed` if `respond` resolves and
 * `failed` if it rejects. The first agent is named "Agent"; after a handoff, an agent is named after the tool that
 * handed off, without its prefix `transfer_to_`. The trace shows a tool failure only if the call names an unknown
 * tool or has invalid arguments. The trace has no context variables.
 *
 * The scenario must not set maxTurns, executeTools, modelOverride, tools, hooks or contextVariables: the app decides
 * these itself.
 */
export function externalAgent(respond: (turn: ExternalTurn) => Promise<unknown>): ExternalAgent {
  if (typeof respond !== 'function')
    throw new UsageError(
      sentence`${{ where: 'externalAgent' }} takes ${{ expected: 'a function that answers the user' }}: externalAgent(async ({ message, baseURL }) => …).`,
    );
  return { kind: 'external', respond };
}

/** Whether a value is an external agent. */
export function isExternalAgent(value: unknown): value is ExternalAgent {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'external';
}
