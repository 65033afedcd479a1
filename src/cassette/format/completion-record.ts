import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { isLines, joined, storedLines, textFields, type TextField } from './format.ts';
import { Settled, unwrapped } from '../../secrets/json-text.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Path, Redactor } from '../../secrets/redactor.ts';

type Fields = Record<string, unknown>;
/** What becomes of a text. */
export type MapCompletionText = (text: string, path: Path) => string;

/** A completion as it is stored: all of it, without secrets. Anything else that a provider answers is stored as well. */
export function completionRecord(completion: unknown, redactor: Redactor, secrets: LaneSecrets): unknown {
  const settled = mapAnswer(
    toJson(completion),
    (text, path) => redactor.text(secrets, text, path),
    (value, field) => new Settled(isTextField(field) ? storedLines(value as string) : value),
  );
  return unwrapped(redactor.data(secrets, settled, responsePath));
}

/** What was stored, as it came, with the secrets that the conversation has shown. */
export function storedCompletion(record: unknown, secrets: LaneSecrets): unknown {
  return secrets.revealData(
    mapAnswer(
      record,
      (text) => secrets.reveal(text),
      (value) => value,
    ),
  );
}

/** Data as JSON carries it. */
export function toJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

const responsePath = ['response'];

/** Maps what the messages of a completion say: their texts, and the arguments of their calls; `put` gives what stands in their place. */
function mapAnswer(
  completion: unknown,
  map: MapCompletionText,
  put: (value: unknown, field: string) => unknown,
): unknown {
  if (!isPlainObject(completion) || !Array.isArray(completion['choices'])) return completion;
  const choices = completion['choices'].map((choice: unknown, index): unknown => {
    if (!isPlainObject(choice) || !isPlainObject(choice['message'])) return choice;
    const path = [...responsePath, 'choices', index, 'message'];
    let isChanged = changesTokens(choice['logprobs'], map);
    const mapText = (text: string, field: string, place: Path) => {
      const mapped = map(text, place);
      isChanged ||= mapped !== text;
      return put(mapped, field);
    };
    const message: Fields = {};
    for (const [field, value] of Object.entries(choice['message']))
      setOwn(message, field, mapField(field, value, [...path, field], mapText));
    if (!choice['logprobs']) return { ...choice, message };
    // They spell the text out once more. Their fields "token" hold none that is secret.
    return { ...choice, logprobs: isChanged ? null : put(choice['logprobs'], 'logprobs'), message };
  });
  return { ...completion, choices };
}

function mapField(
  field: string,
  value: unknown,
  path: Path,
  map: (text: string, field: string, path: Path) => unknown,
): unknown {
  if (field === 'role') return value;
  if (typeof value === 'string') return map(value, field, path);
  if (isTextField(field) && isLines(value)) return map(joined(value), field, path);
  if (field !== 'tool_calls' || !Array.isArray(value)) return value;
  return value.map((call: unknown, index): unknown => {
    const called = isPlainObject(call) ? call['function'] : undefined;
    if (!isPlainObject(call) || !isPlainObject(called) || typeof called['arguments'] !== 'string')
      return call;
    // On one line: they are JSON, whose line breaks mean nothing.
    const place = [...path, index, 'function', 'arguments'];
    return { ...call, function: { ...called, arguments: map(called['arguments'], 'arguments', place) } };
  });
}

/** Whether there is a secret in what the probabilities of tokens spell out, which each of them alone does not show. */
export function changesTokens(logprobs: unknown, map: MapCompletionText): boolean {
  if (!isPlainObject(logprobs)) return false;
  return Object.values(logprobs).some((list) => {
    const text = tokensIn(list);
    return text !== '' && map(text, [...responsePath, 'logprobs']) !== text;
  });
}

/** What a list of tokens with their probabilities spells out. */
function tokensIn(list: unknown): string {
  if (!Array.isArray(list)) return '';
  const tokens = list.map((item: unknown) => (isPlainObject(item) ? item['token'] : ''));
  return tokens.filter((token) => typeof token === 'string').join('');
}

function isTextField(field: string): boolean {
  return textFields.includes(field as TextField);
}
