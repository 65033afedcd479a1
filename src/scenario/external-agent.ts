import type { Message } from '../engine/model/messages.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** What an app is given to answer the user once. */
export interface ExternalTurn {
  /** What the user says now. */
  message: string;
  /** What user and assistant said so far, this message included, as text. */
  messages: readonly Message[];
  /** Where the app's client sends its requests: an address on loopback. */
  baseURL: string;
  /** A key that is none, for clients that insist on one. */
  apiKey: string;
  /** In place of the address, for clients that take a `fetch`: the same answers without a socket. */
  fetch: typeof fetch;
  /** Aborted when the scenario is. */
  signal: AbortSignal;
}

/** An app with a client of its own, as the subject of a scenario. */
export interface ExternalAgent {
  /** Tells it from agents of this engine. */
  readonly kind: 'external';
  /** Answers the user once; resolves when it is done. */
  readonly respond: (turn: ExternalTurn) => Promise<unknown>;
}

/**
 * An app that is built on any SDK, or on none, as the subject of a scenario. For every user step `respond` is called with
 * where to send its requests, which the script answers. Its tool calls, their results and its handoffs are read off the
 * wire, so every matcher works: `completed` is a `respond` that resolves, `failed` one that rejects. Agents are named
 * "Agent" first, then what follows `transfer_to_` in the tool that handed off. Whether a tool failed is seen only where
 * its call was wrong; context variables are not seen at all.
 *
 * A scenario of it may not set maxTurns, executeTools, modelOverride, tools, hooks or contextVariables: those are the
 * app's own.
 */
export function externalAgent(respond: (turn: ExternalTurn) => Promise<unknown>): ExternalAgent {
  if (typeof respond !== 'function')
    throw new UsageError(
      sentence`${{ where: 'externalAgent' }} takes ${{ expected: 'a function that answers the user' }}: externalAgent(async ({ message, baseURL }) => …).`,
    );
  return { kind: 'external', respond };
}

/** Whether something is an app of that kind. */
export function isExternalAgent(value: unknown): value is ExternalAgent {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'external';
}
