import { isSecretName, isSecretNumber } from './secrets.ts';

/** Gives the text to store in place of one; `isSecret` where its field says that it is a secret, whatever it looks like. */
export type MapSecretText = (text: string, isSecret: boolean) => string;

/** Strings, brackets, and everything else that has no white space in it. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Level {
  readonly isObject: boolean;
  /** Whether everything in here is secret. */
  readonly isSecret: boolean;
  /** Of the value that comes next, in an object. */
  key: string | undefined;
}

/**
 * Maps every string in a text that is JSON, the names of fields included, and numbers in fields that say that they are secret,
 * which become 0. All else, white space as well, stays as it was written. Undefined where the text is no object or list of JSON.
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

/** A text in plain data that was read as a part of a whole already, so that it is left alone. */
export class Settled {
  readonly stored: unknown;

  constructor(stored: unknown) {
    this.stored = stored;
  }
}

/** Plain data with what is stored in place of such texts. */
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
  // As entries, whatever they are called: "__proto__" is a key like any other.
  return Object.fromEntries(entries);
}

/** Maps every string in a definition, whose fields are named after what they describe: under "password" stands no password. */
export function mapDefinition(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapDefinition(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapDefinition(item, map)]));
}
