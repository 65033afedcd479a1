import { isPlainObject, setOwn } from '../../engine/data/copy.ts';
import { isLines, joined, linesOf } from '../file/format.ts';
import type { LaneSecrets } from '../redaction/lane-secrets.ts';
import type { Redactor } from '../redaction/redactor.ts';

type Fields = Record<string, unknown>;
type Path = readonly (string | number)[];
/** What becomes of a text. */
type MapText = (text: string, path: Path) => unknown;

/** A completion as it is stored: all of it, without secrets. Anything else that a provider answers is stored as well. */
export function completionRecord(completion: unknown, redactor: Redactor, secrets: LaneSecrets): unknown {
  const data = toJson(completion);
  const stored = mapAnswer(data, (text, path) => linesOf(redactor.text(secrets, text, path)));
  return mapRest(stored, (value, path) => redactor.data(secrets, value, path));
}

/** What was stored, as it came, with the secrets that the conversation has shown. */
export function completionOf(record: unknown, secrets: LaneSecrets): unknown {
  return mapRest(
    mapAnswer(record, (text) => secrets.reveal(text)),
    (value) => secrets.revealData(value),
  );
}

/** Data as JSON carries it. */
export function toJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

const responsePath = ['response'];

/** Maps what the messages of a completion say: their texts, and the arguments of their calls. */
function mapAnswer(completion: unknown, map: MapText): unknown {
  if (!isPlainObject(completion) || !Array.isArray(completion['choices'])) return completion;
  const choices = completion['choices'].map((choice: unknown, index): unknown => {
    if (!isPlainObject(choice) || !isPlainObject(choice['message'])) return choice;
    const path = [...responsePath, 'choices', index, 'message'];
    const message: Fields = {};
    let isChanged = false;
    for (const [field, value] of Object.entries(choice['message'])) {
      const mapped = mapField(field, value, [...path, field], map);
      isChanged ||= typeof value === 'string' && textIn(mapped) !== value;
      setOwn(message, field, mapped);
    }
    // They spell the text out once more.
    const logprobs = isChanged && choice['logprobs'] ? { logprobs: null } : {};
    return { ...choice, ...logprobs, message };
  });
  return { ...completion, choices };
}

function mapField(field: string, value: unknown, path: Path, map: MapText): unknown {
  if (field === 'role') return value;
  if (typeof value === 'string') return map(value, path);
  if (isLines(value)) return map(joined(value), path);
  if (field !== 'tool_calls' || !Array.isArray(value)) return value;
  return value.map((call: unknown, index): unknown => {
    const called = isPlainObject(call) ? call['function'] : undefined;
    if (!isPlainObject(call) || !isPlainObject(called) || typeof called['arguments'] !== 'string')
      return call;
    const args = map(called['arguments'], [...path, index, 'function', 'arguments']);
    return { ...call, function: { ...called, arguments: textIn(args) } };
  });
}

/** Arguments stand on one line: they are JSON, whose line breaks mean nothing. */
function textIn(mapped: unknown): unknown {
  return isLines(mapped) ? joined(mapped) : mapped;
}

/** Maps the fields of messages that are no texts, such as annotations, and those around the messages. */
function mapRest(completion: unknown, map: (value: unknown, path: Path) => unknown): unknown {
  if (!isPlainObject(completion) || !Array.isArray(completion['choices']))
    return map(completion, responsePath);
  const mapped: Fields = {};
  for (const [field, value] of Object.entries(completion))
    setOwn(mapped, field, field === 'choices' ? value : map(value, [...responsePath, field]));
  mapped['choices'] = completion['choices'].map((choice: unknown, index): unknown => {
    if (!isPlainObject(choice) || !isPlainObject(choice['message'])) return choice;
    const message: Fields = {};
    for (const [field, value] of Object.entries(choice['message'])) {
      const isRest = typeof value === 'object' && field !== 'tool_calls' && !isLines(value);
      setOwn(
        message,
        field,
        isRest ? map(value, [...responsePath, 'choices', index, 'message', field]) : value,
      );
    }
    return { ...choice, message };
  });
  return mapped;
}
