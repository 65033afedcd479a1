import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { textOf } from '../../trace/format.ts';
import { idsOf } from '../../trace/continuation.ts';
import type { MessageRecord, ResultRecord, InteractionRecord } from '../format/format.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import { folded, storedChunks } from '../format/stream-record.ts';
import { droppedFields } from '../redact/message-record.ts';

/** The message that an answer is in later requests; undefined for one that is none. */
function answerMessage(completion: unknown): MessageRecord | undefined {
  const { choices } = (isPlainObject(completion) ? completion : {}) as { choices?: unknown };
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isPlainObject(choice) ? choice['message'] : undefined;
  if (!isPlainObject(message)) return undefined;
  const record: Record<string, unknown> = { role: 'assistant' };
  for (const [field, value] of Object.entries(message)) {
    if (value === null || value === undefined || droppedFields.has(field)) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    setOwn(record, field, value);
  }
  return record;
}

/** The same for an answer that the run can go on from, as clients send it back. */
export function saidBy(completion: unknown): Said | undefined {
  const { choices } = (isPlainObject(completion) ? completion : {}) as {
    choices?: { finish_reason?: unknown }[];
  };
  const message = choices?.[0]?.finish_reason ? answerMessage(completion) : undefined;
  return message && saidIn(message as unknown as WireMessage);
}

/** What an assistant said, as clients send it back. */
export interface Said {
  readonly text: string;
  readonly ids: string;
}

/** What an assistant message says. */
export function saidIn(message: WireMessage): Said {
  return { text: textOf(message.content), ids: idsOf(message) };
}

/** The messages that answer the calls of an answer. */
export function resultMessages(
  answer: MessageRecord | undefined,
  results: readonly ResultRecord[],
): MessageRecord[] {
  const calls = recordedCallsOf(answer);
  return results.map(({ content }, index) => ({ role: 'tool', tool_call_id: calls[index]?.id, content }));
}

/** A call that a stored message asks for. */
export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The calls that a stored message asks for. */
export function recordedCallsOf(message: MessageRecord | undefined): RecordedCall[] {
  const calls = message?.['tool_calls'];
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    if (!isPlainObject(call) || !isPlainObject(call['function'])) return [];
    const { name, arguments: args } = call['function'];
    return [{ id: String(call['id']), name: String(name), arguments: typeof args === 'string' ? args : '' }];
  });
}

/** Made once for each: a stream has to be folded. */
const answers = new WeakMap<InteractionRecord, MessageRecord | undefined>();

/** The message that the answer of an interaction is in later requests, as it is stored; undefined where no usable answer came. */
export function answerOf(interaction: InteractionRecord): MessageRecord | undefined {
  // Still under way, or over without one.
  if (interaction.completion === undefined && !interaction.stream) return undefined;
  if (!answers.has(interaction)) answers.set(interaction, readAnswer(interaction));
  return answers.get(interaction);
}

/** For records that are read as they are stored. */
const noSecrets = new LaneSecrets();

function readAnswer({ completion, stream }: InteractionRecord): MessageRecord | undefined {
  if (!stream) return answerMessage(completion);
  if (stream.cut) return undefined;
  try {
    return answerMessage(folded(storedChunks(stream, noSecrets).map(({ chunk }) => chunk)));
  } catch {
    // Damaged on its way: nobody could go on from it.
    return undefined;
  }
}
