import type OpenAI from 'openai';
import { copyData, copyTree, freezeData } from '../data/copy.ts';

/** A message of the Chat Completions API, with what Swarm adds for the reader. */
export type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam & {
  /** Name of the agent an assistant message comes from. */
  sender?: string;
  /** Name of the tool a tool message answers for. */
  tool_name?: string;
};

/** A message as the API takes it, frozen at every depth. */
export type WireMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** What the model said, as it stands in requests. */
export type AssistantMessage = OpenAI.Chat.Completions.ChatCompletionAssistantMessageParam;

/** The caller's message, copied once and frozen. */
export function enter(message: Message): Message {
  // Spread first: a message may be an object of a class.
  return freezeData(copyData({ ...message }));
}

/** The same message without the fields that are not part of the protocol. */
export function toWire(message: Message): WireMessage {
  if (!('sender' in message) && !('tool_name' in message)) return message;
  const { sender: _sender, tool_name: _toolName, ...wire } = message;
  return Object.freeze(wire);
}

/** An assistant message for the caller to do with as they like, with its sender. */
export function leave(message: AssistantMessage, sender: string): Message {
  const { role, content = null, tool_calls } = message;
  // The usual shapes as literals: this runs for every turn, and a copy of any shape takes thrice as long.
  const extras = Object.keys(message).length - (tool_calls ? 3 : 2);
  if (extras > 0) return Object.assign(copyTree(message), { sender });
  return tool_calls
    ? { role, content, tool_calls: tool_calls.map(copyTree), sender }
    : { role, content, sender };
}
