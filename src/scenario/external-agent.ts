import type { Message } from '../engine/model/messages.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import type { AgentNaming } from '../wire/agent-names.ts';
import { isFunction, isText, mustBe, wordsOf } from './rules.ts';

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
  /** How its agents are named. */
  readonly naming?: AgentNaming | undefined;
}

/**
 * An app that is built on any SDK, or on none, as the agent of a scenario. For each run, `respond` is called with the
 * address to which the app sends its requests; the script answers them. The tool calls, their results and the
 * handoffs are read from the requests, so every matcher works. The outcome is `completed` if `respond` resolves and
 * `failed` if it rejects. The trace shows a tool failure only if the call names an unknown tool or has invalid
 * arguments. The trace has no context variables.
 *
 * Requests do not contain the names of agents. The options name them. Without options, agents are known by their
 * instructions and tools, and are named after the tool that handed over to them, without its prefix `transfer_to_`.
 * The others are "Agent", "Agent 2" and so on. A handoff is a call of a tool whose name says so, followed by a
 * request with other instructions or tools.
 *
 * The scenario must not set maxTurns, executeTools, modelOverride, tools, hooks or contextVariables: the app decides
 * these itself. Throws a TypeError for malformed options. If `agentOf` or `handoff` throws or returns something else
 * than a name, the run fails.
 */
export function externalAgent(
  respond: (turn: ExternalTurn) => Promise<unknown>,
  options: AgentNaming = {},
): ExternalAgent {
  if (typeof respond !== 'function')
    throw new UsageError(
      sentence`${{ where: 'externalAgent' }} takes ${{ expected: 'a function that answers the user' }}: externalAgent(async ({ message, baseURL }) => …).`,
    );
  assertValidNaming(options);
  return { kind: 'external', respond, naming: options };
}

function assertValidNaming(options: AgentNaming): void {
  assertKnownOptions('externalAgent', options, ['agents', 'agentOf', 'handoff']);
  for (const field of ['agentOf', 'handoff'] as const) {
    const given = options[field];
    if (given !== undefined && !isFunction(given))
      throw mustBe(optionWords(field), ['a function', isFunction], given);
  }
  const { agents } = options;
  if (agents === undefined) return;
  if (!isPlainObject(agents))
    throw mustBe(optionWords('agents'), ['an object with a pattern for each name', isPlainObject], agents);
  for (const [name, pattern] of Object.entries(agents)) assertValidPattern(name, pattern);
}

const optionWords = (field: string) => sentence`The option "${{ field }}" of ${{ where: 'externalAgent' }}`;

function assertValidPattern(name: string, pattern: unknown): void {
  const what = sentence`The pattern of the agent "${{ agent: name }}" in ${fact({ where: 'externalAgent', field: 'agents' }, 'the agents of externalAgent')}`;
  if (name === '')
    throw new UsageError(
      sentence`${fact({ where: 'externalAgent', field: 'agents' }, 'The agents of externalAgent')} have ${{ given: 'an empty name' }}. Write ${{ expected: "each agent's name" }} before its pattern.`,
    );
  if (isText(pattern) ? pattern === '' : !(pattern instanceof RegExp))
    throw new UsageError(
      sentence`${what} must be ${{ expected: 'a part of its instructions or a RegExp' }}, but is ${{ given: pattern === '' ? 'an empty string' : wordsOf(pattern) }}.`,
    );
  if (pattern instanceof RegExp && (pattern.global || pattern.sticky))
    throw new UsageError(
      sentence`${what} must be ${{ expected: 'a RegExp without the flags "g" and "y"' }}, because these keep a position between requests, but is ${{ given: String(pattern) }}. Remove the flag.`,
    );
}

/** Whether a value is an external agent. */
export function isExternalAgent(value: unknown): value is ExternalAgent {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'external';
}
