import { copyData, freezeData, setOwn } from '../values/copy.ts';
import { InvalidCompletionError, shorten } from '../values/engine-errors.ts';
import type { AssistantMessage } from './messages.ts';
import type { ChatCompletion } from './provider.ts';

/** A tool call of the model, validated: all fields are present. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A completion the loop can act on. */
export interface ModelAnswer {
  /** The message as it appears in later requests, frozen. */
  message: AssistantMessage;
  /** Empty if the model asks for no calls. */
  calls: readonly ToolCall[];
  finishReason: string;
  usage: ChatCompletion['usage'];
}

/** Finish reasons after which tool calls may be incomplete. */
export const cutReasons: ReadonlySet<string> = new Set(['length', 'content_filter']);

/**
 * Returns the parts of a completion that the loop needs. Throws an InvalidCompletionError for an answer that the loop
 * cannot act on, so that the tool calls of an incomplete answer are never executed.
 */
export function readCompletion(completion: unknown): ModelAnswer {
  if (!isRecord(completion)) throw new InvalidCompletionError('it is not a completion object', completion);
  const { choices } = completion;
  if (!Array.isArray(choices)) throw new InvalidCompletionError('it has no choices', completion);
  const choice: unknown = choices[0];
  if (!isRecord(choice)) throw new InvalidCompletionError('its list of choices is empty', completion);
  const message = choice['message'];
  if (!isRecord(message)) throw new InvalidCompletionError('its choice has no message', completion);
  const finishReason = choice['finish_reason'];
  if (typeof finishReason !== 'string' || finishReason === '') {
    throw new InvalidCompletionError('it has no finish_reason, so it was cut off', completion);
  }
  const calls = readCalls(message['tool_calls'], completion);
  if (calls.length > 0 && cutReasons.has(finishReason)) {
    throw new InvalidCompletionError(
      `its tool calls were cut off (finish_reason "${finishReason}")`,
      completion,
    );
  }
  return {
    message: readMessage(message, calls, completion),
    calls,
    finishReason,
    usage: isRecord(completion['usage'])
      ? (copyData(completion['usage']) as unknown as ChatCompletion['usage'])
      : undefined,
  };
}

/** Fields that are read separately, and `function_call` of the old API, which is not supported. */
const notCopied = new Set(['role', 'content', 'tool_calls', 'function_call']);

function readMessage(
  message: Record<string, unknown>,
  calls: readonly ToolCall[],
  completion: unknown,
): AssistantMessage {
  const content = message['content'];
  if (content !== undefined && content !== null && typeof content !== 'string') {
    throw new InvalidCompletionError('its content is not a string', completion);
  }
  // The API would reject the next request if this message had null content and neither calls nor a refusal.
  const isEmpty = content === undefined || (content === null && calls.length === 0 && !message['refusal']);
  const read: Record<string, unknown> = { role: 'assistant', content: isEmpty ? '' : content };
  for (const key in message) {
    const value = message[key];
    if (value === null || value === undefined || notCopied.has(key)) continue;
    setOwn(read, key, freezeData(copyData(value)));
  }
  if (calls.length > 0) read['tool_calls'] = calls;
  return Object.freeze(read) as unknown as AssistantMessage;
}

const noCalls: readonly ToolCall[] = Object.freeze([]);

function readCalls(toolCalls: unknown, completion: unknown): readonly ToolCall[] {
  if (toolCalls === undefined || toolCalls === null) return noCalls;
  if (!Array.isArray(toolCalls))
    throw new InvalidCompletionError('its tool_calls are not a list', completion);
  return toolCalls.length === 0
    ? noCalls
    : Object.freeze(toolCalls.map((call) => readCall(call, completion)));
}

function readCall(call: unknown, completion: unknown): ToolCall {
  const invalid = (reason: string) =>
    new InvalidCompletionError(`a tool call ${reason}: ${shorten(call, 200)}`, completion);
  if (!isRecord(call) || !isRecord(call['function'])) throw invalid('has no function');
  const { name, arguments: args } = call['function'];
  if (typeof name !== 'string') throw invalid('has a function without a name');
  if (typeof call['id'] !== 'string' || call['id'] === '')
    throw invalid('has no id, so it cannot be answered');
  if (args !== undefined && args !== null && typeof args !== 'string')
    throw invalid('has arguments that are not a string');
  return Object.freeze({
    id: call['id'],
    type: 'function',
    function: Object.freeze({ name, arguments: typeof args === 'string' ? args : '' }),
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
