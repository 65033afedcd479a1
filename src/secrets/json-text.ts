import { isSecretName, isSecretNumber } from '../engine/values/secrets.ts';

/**
 * Returns the text to store in place of another. `isSecret` means that the name of its field makes it a secret,
 * whatever the text looks like.
 */
export type MapSecretText = (text: string, isSecret: boolean) => string;

/** The tokens of JSON: strings, punctuation, numbers and literals. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Level {
  readonly isObject: boolean;
  /** Whether every value in this object or list is secret, at any depth. */
  readonly isSecret: boolean;
  /** The key of the value that comes next; undefined in a list, or if a key comes next. */
  key: string | undefined;
}

/**
 * Maps every string in a JSON text, including the names of fields. Numbers become 0 if the name of their field makes
 * them secret. Everything else stays unchanged, including white space. Undefined if the text is not a JSON object or
 * list.
 */
export function mapJsonText(text: string, map: MapSecretText, isSecret = false): string | undefined {
  if (!/^\s*[{[]/.test(text) || !isJson(text)) return undefined;
  const levels: Level[] = [];
  let result = '';
  let done = 0;
  const replace = (match: RegExpExecArray, value: string) => {
    if (value === match[0]) return;
    result += text.slice(done, match.index) + value;
    done = match.index + match[0].length;
  };
  for (const match of text.matchAll(tokens)) {
    const [token] = match;
    const level = levels.at(-1);
    const secretHere = level
      ? level.isSecret || (level.key !== undefined && isSecretName(level.key))
      : isSecret;
    if (token === '{' || token === '[') {
      levels.push({ isObject: token === '{', isSecret: secretHere, key: undefined });
    } else if (token === '}' || token === ']') {
      levels.pop();
      endValue(levels.at(-1));
    } else if (token.startsWith('"')) {
      const isKey = level?.isObject === true && level.key === undefined;
      const value = JSON.parse(token) as string;
      const mapped = map(value, !isKey && secretHere);
      if (mapped !== value) replace(match, JSON.stringify(mapped));
      if (isKey) level.key = value;
      else endValue(level);
    } else if (token !== ':' && token !== ',') {
      if (/^-?\d/.test(token) && level?.key !== undefined && isSecretNumber(level.key)) replace(match, '0');
      endValue(level);
    }
  }
  return result + text.slice(done);
}

function endValue(level: Level | undefined): void {
  if (level) level.key = undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value within plain data that is already as it will be stored, so `mapData` leaves it alone. */
export class Settled {
  readonly stored: unknown;

  constructor(stored: unknown) {
    this.stored = stored;
  }
}

/** Plain data with the stored value in place of each `Settled`. */
export function unwrapped(value: unknown): unknown {
  if (value instanceof Settled) return value.stored;
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapped(item)]));
}

/** Maps every string in plain data, as `mapJsonText` does in a text. */
export function mapData(value: unknown, map: MapSecretText, isSecret = false): unknown {
  if (typeof value === 'string') return map(value, isSecret);
  if (Array.isArray(value)) return value.map((item) => mapData(item, map, isSecret));
  if (typeof value !== 'object' || value === null || value instanceof Settled) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const isNumber = typeof item === 'number' && isSecretNumber(key);
    return [map(key, false), isNumber ? 0 : mapData(item, map, isSecret || isSecretName(key))];
  });
  // `fromEntries` sets "__proto__" as a key like any other.
  return Object.fromEntries(entries);
}

/**
 * Maps every string in a definition. The name of a field does not make its value secret, because the value of
 * "password" in a schema is another schema, not a password.
 */
export function mapDefinition(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapDefinition(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapDefinition(item, map)]));
}
