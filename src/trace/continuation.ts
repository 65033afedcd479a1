import { isPlainObject } from '../engine/values/copy.ts';
import type { WireMessage } from '../engine/model/messages.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { textOf } from './format.ts';

/**
 * The messages that a request has beyond the one before it, the answer to that included; undefined where it does not continue
 * it. Instructions may have changed.
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

/** What all requests that continue one begin with, as a text to find them by; empty where there is no message yet. */
export function openingText(messages: readonly WireMessage[]): string {
  const first = messages[historyStart(messages)];
  return isPlainObject(first) ? `${first.role} ${textOf(first.content)} ${idsOf(first)}` : '';
}

function historyStart([first]: readonly WireMessage[]): number {
  return isInstructions(first) ? 1 : 0;
}

/** How many messages two histories begin with in common. */
export function commonStart(before: readonly WireMessage[], now: readonly WireMessage[]): number {
  const index = now.findIndex(
    (message, place) => place >= before.length || !isSameMessage(before[place]!, message),
  );
  return index < 0 ? now.length : index;
}

/** Clients write the same message in several ways; what is said, and the calls, are what counts. */
function isSameMessage(left: WireMessage, right: WireMessage): boolean {
  if (left === right) return true;
  // Clients send anything; what is no message is the same as nothing.
  if (!isPlainObject(left) || !isPlainObject(right)) return false;
  return (
    left.role === right.role && textOf(left.content) === textOf(right.content) && idsOf(left) === idsOf(right)
  );
}

/** The ids of the calls that a message asks for, or of the one that it answers. */
export function idsOf(message: WireMessage): string {
  if (message.role === 'tool') return message.tool_call_id;
  const calls: unknown = message.role === 'assistant' ? message.tool_calls : undefined;
  return Array.isArray(calls)
    ? calls.map((call) => (isPlainObject(call) ? String(call['id']) : '')).join(' ')
    : '';
}

/** What a request tells the model about itself. */
export function instructionsOf({ messages }: CompletionRequest): string {
  return isInstructions(messages[0]) ? textOf(messages[0]?.content) : '';
}

/** Whether a message is what tells the model about itself, under its old or its new name. */
export function isInstructions(message: WireMessage | undefined): boolean {
  return message?.role === 'system' || message?.role === 'developer';
}

/** A tool whose name says that it hands the conversation over: transfer_to_refunds, handoff-to-refunds. */
const transferName = /^(?:transfer|hand[_-]?off|hand[_-]?over|escalate)[_-]to[_-](.+)$/i;

/** Whom a tool of this name hands the conversation over to; undefined for other tools. */
export function handoffTarget(tool: string): string | undefined {
  return transferName.exec(tool)?.[1];
}

/** What an agent is called that is active first; the wire does not tell it. */
export const firstAgent = 'Agent';
