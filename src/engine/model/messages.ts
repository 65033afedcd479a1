import type OpenAI from 'openai';
import { copyData, copyTree, freezeData } from '../values/copy.ts';
import { suggested } from '../values/did-you-mean.ts';
import { shorten, UsageError } from '../values/engine-errors.ts';
import { valueWords } from '../values/value-words.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';

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

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

/** Throws a TypeError for what is no list of messages, or for a message that no model could be sent. */
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
  // What an assistant says may stand in other fields.
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
