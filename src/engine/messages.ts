import type OpenAI from 'openai';
import { copyData, freezeData } from './copy.ts';

/** A message of the Chat Completions API, with what Swarm adds for the reader. */
export type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam & {
  /** Name of the agent an assistant message comes from. */
  sender?: string;
  /** Name of the tool a tool message answers for. */
  tool_name?: string;
};

/** A message as the API takes it, frozen at every depth. */
export type WireMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** The caller's message, copied once and frozen. */
export function enter(message: Message): Message {
  return freezeData(copyData(message));
}

/** The same message without the fields that are not part of the protocol. */
export function toWire(message: Message): WireMessage {
  if (!('sender' in message) && !('tool_name' in message)) return message;
  const { sender: _sender, tool_name: _toolName, ...wire } = message;
  return Object.freeze(wire) as WireMessage;
}

/** A copy for the caller to do with as they like. */
export function leave(message: WireMessage): Message {
  return copyData(message);
}
