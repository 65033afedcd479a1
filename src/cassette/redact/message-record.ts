import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { isLines, joined, storedLines, type MessageRecord } from '../format/format.ts';

/** Fields that are not part of the API, or that say nothing. */
export const droppedFields = new Set(['sender', 'tool_name', 'function_call']);

/**
 * The stored form of a message: without secrets, and without fields that say nothing. `index` is its place in the
 * request.
 */
export function messageRecord(
  message: WireMessage,
  index: number,
  redactor: Redactor,
  secrets: LaneSecrets,
  like?: MessageRecord,
): MessageRecord {
  const path = ['request', 'messages', index];
  // Clients may send anything.
  const fields = isPlainObject(message) ? message : { role: 'unknown', content: JSON.stringify(message) };
  const record: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === null || value === undefined || droppedFields.has(field)) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    const likeHere = like?.[field];
    setOwn(record, field, storedField(field, value, [...path, field], redactor, secrets, likeHere));
  }
  return record;
}

function storedField(
  field: string,
  value: unknown,
  path: readonly (string | number)[],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: unknown,
): unknown {
  if (field === 'role') return value;
  if (typeof value === 'string') {
    // An id is not a secret, and must stay unchanged.
    if (field === 'tool_call_id') return value;
    return storedLines(redactor.text(secrets, value, path, isLines(like) ? joined(like) : like));
  }
  if (field === 'content' && Array.isArray(value)) {
    const text = textOfParts(value);
    if (text !== undefined) return storedField(field, text, path, redactor, secrets, like);
  }
  if (field === 'tool_calls' && Array.isArray(value)) {
    return value.map((call: unknown, index) =>
      storedCall(call, [...path, index], redactor, secrets, (like as unknown[] | undefined)?.[index]),
    );
  }
  return redactor.data(secrets, value, path, like);
}

function storedCall(
  call: unknown,
  path: readonly (string | number)[],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: unknown,
): unknown {
  if (!isPlainObject(call) || !isPlainObject(call['function']))
    return redactor.data(secrets, call, path, like);
  const { name, arguments: args } = call['function'];
  const likeArgs = (like as { function?: { arguments?: unknown } } | undefined)?.function?.arguments;
  const given =
    typeof args === 'string'
      ? redactor.text(secrets, args, [...path, 'function', 'arguments'], likeArgs)
      : redactor.data(secrets, args, [...path, 'function', 'arguments'], likeArgs);
  return { id: call['id'], type: call['type'] ?? 'function', function: { name, arguments: given } };
}

/** The text of a content that has only text parts. Clients may send it as parts or as a string. */
function textOfParts(parts: readonly unknown[]): string | undefined {
  return parts.every(isTextPart) ? parts.map(({ text }) => text).join('') : undefined;
}

function isTextPart(part: unknown): part is { text: string } {
  return isPlainObject(part) && part['type'] === 'text' && typeof part['text'] === 'string';
}
