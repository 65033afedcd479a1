import { isPlainObject } from '../engine/values/copy.ts';
import type { WireMessage } from '../engine/model/messages.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { textOf } from './format.ts';

/**
 * The messages that the request `now` adds to the earlier request `before`, including the answer to `before`.
 * Undefined if `now` does not continue `before`. The instructions of the two may differ.
 */
export function continuationOf(
  before: readonly WireMessage[],
  now: readonly WireMessage[],
): readonly WireMessage[] | undefined {
  const [start, startNow] = [historyStart(before), historyStart(now)];
  const length = before.length - start;
  if (now.length - startNow < length) return undefined;
  for (let index = 0; index < length; index++)
    if (!isSameMessage(before[start + index]!, now[startNow + index]!)) return undefined;
  return now.slice(startNow + length);
}

/**
 * The first message of a history as a text, by which the requests that continue it can be found; empty without
 * messages.
 */
export function openingText(messages: readonly WireMessage[]): string {
  const first = messages[historyStart(messages)];
  return isPlainObject(first) ? `${first.role} ${textOf(first.content)} ${idsOf(first)}` : '';
}

function historyStart([first]: readonly WireMessage[]): number {
  return isInstructions(first) ? 1 : 0;
}

/** The number of messages that are the same at the beginning of two histories. */
export function commonStart(before: readonly WireMessage[], now: readonly WireMessage[]): number {
  const index = now.findIndex(
    (message, place) => place >= before.length || !isSameMessage(before[place]!, message),
  );
  return index < 0 ? now.length : index;
}

/** Clients write the same message in several ways, so only the role, the text and the ids of calls are compared. */
function isSameMessage(left: WireMessage, right: WireMessage): boolean {
  if (left === right) return true;
  // Clients send anything. A value that is not an object matches no message.
  if (!isPlainObject(left) || !isPlainObject(right)) return false;
  return (
    left.role === right.role && textOf(left.content) === textOf(right.content) && idsOf(left) === idsOf(right)
  );
}

/**
 * The ids of the calls of an assistant message, joined by spaces. For a tool message, the id of the call that it
 * answers.
 */
export function idsOf(message: WireMessage): string {
  if (message.role === 'tool') return message.tool_call_id;
  const calls: unknown = message.role === 'assistant' ? message.tool_calls : undefined;
  return Array.isArray(calls)
    ? calls.map((call) => (isPlainObject(call) ? String(call['id']) : '')).join(' ')
    : '';
}

/** The text of the instructions in a request; empty without instructions. */
export function instructionsOf({ messages }: CompletionRequest): string {
  return isInstructions(messages[0]) ? textOf(messages[0]?.content) : '';
}

/** Whether a message holds the instructions: its role is `system`, or the newer `developer`. */
export function isInstructions(message: WireMessage | undefined): boolean {
  return message?.role === 'system' || message?.role === 'developer';
}

/** Matches the name of a tool that makes a handoff: transfer_to_refunds, transfer_back_to_triage, handoff-to-refunds. */
const transferName = /^(?:transfer|hand[_-]?off|hand[_-]?over|escalate)(?:[_-]back)?[_-]to[_-](.+)$/i;

/** The agent that a tool of this name hands off to; undefined for other tools. */
export function handoffTarget(tool: string): string | undefined {
  return transferName.exec(tool)?.[1];
}

/** The name of the first agent in a trace, because requests do not contain its name. */
export const firstAgent = 'Agent';
