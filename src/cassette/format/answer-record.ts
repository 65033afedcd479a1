import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { errorName, InvalidCompletionError, isError } from '../../engine/values/engine-errors.ts';
import {
  clientError,
  connectionError,
  namedError,
  statusErrorName,
  streamedError,
} from '../../script/client-errors.ts';
import { isMisfit } from '../../script/script-errors.ts';
import { isLines, joined, storedLines, textFields, type ErrorRecord, type TextField } from './format.ts';
import { Settled, unwrapped } from '../../secrets/json-text.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Path, Redactor } from '../../secrets/redactor.ts';

type Fields = Record<string, unknown>;
/** Returns the text to store, or to serve, in place of `text`. */
export type MapCompletionText = (text: string, path: Path) => string;

/**
 * The stored form of a completion: all of its fields, without secrets. An answer that is not a completion is stored
 * too.
 */
export function completionRecord(completion: unknown, redactor: Redactor, secrets: LaneSecrets): unknown {
  const settled = mapAnswer(
    toJson(completion),
    (text, path) => redactor.text(secrets, text, path),
    (value, field) => new Settled(isTextField(field) ? storedLines(value as string) : value),
  );
  return unwrapped(redactor.data(secrets, settled, responsePath));
}

/**
 * A stored completion as the model sent it. The secrets that the conversation has shown replace their placeholders.
 */
export function storedCompletion(record: unknown, secrets: LaneSecrets): unknown {
  return secrets.revealData(
    mapAnswer(
      record,
      (text) => secrets.reveal(text),
      (value) => value,
    ),
  );
}

/** A value after a round trip through JSON; null if JSON cannot represent it. */
export function toJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

const responsePath = ['response'];

/**
 * Maps the texts of the messages of a completion, and the arguments of their calls. `put` returns the value that
 * replaces a mapped text.
 */
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
    // The log probabilities repeat the text token by token, so they are dropped if the text changed. Otherwise they
    // are kept unchanged: their fields named "token" do not hold secrets.
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
    // Arguments stay on one line: they are JSON, where line breaks have no meaning.
    const place = [...path, index, 'function', 'arguments'];
    return { ...call, function: { ...called, arguments: map(called['arguments'], 'arguments', place) } };
  });
}

/**
 * Whether `map` changes the text of the tokens in log probabilities. The tokens are joined first, because a secret
 * may be spread over several.
 */
export function changesTokens(logprobs: unknown, map: MapCompletionText): boolean {
  if (!isPlainObject(logprobs)) return false;
  return Object.values(logprobs).some((list) => {
    const text = tokensIn(list);
    return text !== '' && map(text, [...responsePath, 'logprobs']) !== text;
  });
}

/** The joined tokens of a list of tokens with their probabilities. */
function tokensIn(list: unknown): string {
  if (!Array.isArray(list)) return '';
  const tokens = list.map((item: unknown) => (isPlainObject(item) ? item['token'] : ''));
  return tokens.filter((token) => typeof token === 'string').join('');
}

function isTextField(field: string): boolean {
  return textFields.includes(field as TextField);
}

/** The headers of an error that are kept: they say when to retry. Other headers are not read. */
const keptHeaders = /^(?:retry-after(?:-ms)?|x-should-retry|x-ratelimit-[a-z-]+)$/;

const errorPath = ['response', 'error'];

/**
 * Whether an error is not an answer of the model, so that it is not recorded. Either the run does not fit its script
 * or cassette, or the API refused the key of the person who records.
 */
export function isNotTheModels(error: unknown): boolean {
  const { status } = (isError(error) ? error : {}) as { status?: unknown };
  return isMisfit(error) || status === 401 || status === 403;
}

/** The stored form of an error: without secrets, and with only the headers that are needed. */
export function errorRecord(error: unknown, redactor: Redactor, secrets: LaneSecrets): ErrorRecord {
  const hide = (text: string, field: string) => redactor.text(secrets, text, [...errorPath, field]);
  const hideBody = (body: unknown) => redactor.data(secrets, toJson(body), [...errorPath, 'body']);
  const name = errorName(error);
  if (error instanceof InvalidCompletionError)
    return { name, message: hide(error.reason, 'message'), body: hideBody(error.received) };
  const message = hide(isError(error) ? error.message : String(error), 'message');
  const { status, error: body, headers } = (isError(error) ? error : {}) as ApiErrorLike;
  if (typeof status !== 'number')
    return name === 'APIError' && isPlainObject(body)
      ? { name, message, body: hideBody(body) }
      : { name, message };
  const kept = headers instanceof Headers ? [...headers].filter(([header]) => keptHeaders.test(header)) : [];
  return {
    name,
    message: message.replace(new RegExp(`^${status} `), ''),
    status,
    ...(kept.length > 0 && { headers: Object.fromEntries(kept) }),
    ...(body !== undefined && body !== null && { body: hideBody(body) }),
  };
}

/** The stored error as an Error. An error of the openai client gets its original class. */
export async function errorOf(record: ErrorRecord, secrets: LaneSecrets): Promise<Error> {
  const { name, status, headers } = record;
  const message = secrets.reveal(record.message);
  const body = secrets.revealData(record.body);
  if (name === 'InvalidCompletionError') return new InvalidCompletionError(message, body);
  if (name === 'APIConnectionError' || name === 'APIConnectionTimeoutError')
    return await connectionError(name);
  if (status === undefined)
    return isPlainObject(body) ? await streamedError(body, message) : namedError(name, message);
  const sent = new Headers(headers);
  if (name === statusErrorName(status))
    return await clientError({
      status,
      body: body === undefined ? undefined : { error: body },
      message,
      headers: sent,
    });
  return Object.assign(namedError(name, `${status} ${message}`), { status, headers: sent, error: body });
}

interface ApiErrorLike {
  status?: unknown;
  error?: unknown;
  headers?: unknown;
}
