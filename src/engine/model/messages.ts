import type OpenAI from 'openai';
import { copyData, copyTree, freezeData } from '../values/copy.ts';
import { suggested } from '../values/did-you-mean.ts';
import { shorten, UsageError } from '../values/engine-errors.ts';
import { valueWords } from '../values/value-words.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';

/** A message of the Chat Completions API, with two fields that Swarm adds for the caller. */
export type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam & {
  /** Name of the agent that produced an assistant message. */
  sender?: string;
  /** Name of the tool that a tool message answers for. */
  tool_name?: string;
};

/** A message that the API accepts, frozen at every depth. */
export type WireMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** A message of the model, as it appears in requests. */
export type AssistantMessage = OpenAI.Chat.Completions.ChatCompletionAssistantMessageParam;

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

/** Throws a TypeError if `messages` is not a list, or contains a message that cannot be sent to a model. */
export function assertValidMessages(whose: string, messages: unknown): void {
  if (!Array.isArray(messages))
    throw new UsageError(
      sentence`The ${{ field: 'messages' }} of ${{ where: whose }} must be ${{ expected: 'a list' }}, not ${{ given: valueWords(messages) }}.`,
    );
  for (let index = 0; index < messages.length; index++) {
    const problem = messageProblem(messages[index]);
    if (problem !== undefined)
      throw new UsageError(
        sentence`Message ${index} (${{ field: `messages[${index}]` }}) of ${{ where: whose }} ${problem}`,
      );
  }
}

function messageProblem(message: unknown): Sentence | undefined {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    const advice = typeof message === 'string' ? ` Write ${userMessage(message)}.` : '';
    return sentence`must be ${{ expected: 'an object with a role' }}, but is ${{ given: valueWords(message) }}.${advice}`;
  }
  const { role, content } = message as { role?: unknown; content?: unknown };
  // An assistant message may have tool calls or a refusal in place of content.
  if (role === 'assistant') return undefined;
  if (role === undefined) return sentence`has no ${{ expected: 'role' }}. Write ${userMessage(content)}.`;
  if (typeof role !== 'string')
    return sentence`has a "role" that must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(role) }}.`;
  if (!roles.includes(role))
    return sentence`has the unknown role "${{ given: role }}".${suggested(role, roles)} Roles: ${{ known: roles }}.`;
  const hasContent =
    typeof content === 'string' || Array.isArray(content) || (role === 'function' && content === null);
  return hasContent
    ? undefined
    : sentence`has a "content" that must be ${{ expected: 'a string or a list of parts' }}, but is ${{ given: valueWords(content) }}.`;
}

function userMessage(content: unknown): string {
  return `{ role: "user", content: ${typeof content === 'string' ? shorten(JSON.stringify(content), 60) : '…'} }`;
}

/** Copies a message of the caller when it enters a run, and freezes the copy. */
export function enter(message: Message): Message {
  // The spread makes a plain object of an instance of a class, which `copyData` would not copy.
  return freezeData(copyData({ ...message }));
}

/** Returns the message without the fields that are not part of the protocol. */
export function toWire(message: Message): WireMessage {
  if (!('sender' in message) && !('tool_name' in message)) return message;
  const { sender: _sender, tool_name: _toolName, ...wire } = message;
  return Object.freeze(wire);
}

/** Copies an assistant message for the caller, who may change the copy, and adds its sender. */
export function leave(message: AssistantMessage, sender: string): Message {
  const { role, content = null, tool_calls } = message;
  // Messages of the usual shapes are written as literals. This code runs in every turn, and a `copyTree` of the whole
  // message takes three times as long.
  const extras = Object.keys(message).length - (tool_calls ? 3 : 2);
  if (extras > 0) return Object.assign(copyTree(message), { sender });
  return tool_calls
    ? { role, content, tool_calls: tool_calls.map(copyTree), sender }
    : { role, content, sender };
}
