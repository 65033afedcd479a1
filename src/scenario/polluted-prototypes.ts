import { secretWords } from '../engine/values/value-words.ts';
import { shorten } from '../engine/values/engine-errors.ts';
import { withoutSecrets } from '../engine/values/secrets.ts';

/**
 * Code under test wrote to a built-in object that the whole process shares, because a model chose the key. The key
 * has been removed.
 */
export class PrototypePollutedError extends Error {
  override readonly name = 'PrototypePollutedError';
  /** The built-in object: `Object.prototype`. */
  readonly prototype: string;
  /** The key that was set on it. */
  readonly key: string;
  /** The kind of the value: `the number 1`, `a string`. */
  readonly given: string;

  /** @internal Created by takePollution. */
  constructor(prototype: string, key: string, value: unknown) {
    const shown = shorten(withoutSecrets(key), 60);
    const given = secretWords(value);
    super(
      `The key ${JSON.stringify(shown)} was set on ${prototype}, to ${given}. The whole process shares this object, so other tests would see the key; it was removed. Code wrote to a plain object under a name that the model chose, such as "__proto__" or "constructor". Keep such names in a Map, or in an object made with Object.create(null).`,
    );
    this.prototype = prototype;
    this.key = shown;
    this.given = given;
  }
}

interface SharedObject {
  readonly name: string;
  readonly object: object;
  /** The enumerable keys that do not count as pollution, because they were there before. */
  known: readonly string[];
}

const classes = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  BigInt,
  Symbol,
  Date,
  RegExp,
  Error,
  Map,
  Set,
  Promise,
];

const shared = (name: string, object: object): SharedObject => ({ name, object, known: Object.keys(object) });

const everyObject = Object.prototype as unknown as Record<string, unknown>;

/** The methods that every object inherits, by their names. */
const inherited = Object.entries(Object.getOwnPropertyDescriptors(Object.prototype)).filter(
  ([, { value }]) => typeof value === 'function',
);

/**
 * Everything that `object[key]` leads to for a key that every object inherits. "__proto__" leads to a prototype,
 * "constructor" to a class, and "toString" to a method.
 */
const sharedObjects: readonly SharedObject[] = [
  ...classes.map((one) => shared(`${one.name}.prototype`, one.prototype as object)),
  ...classes.map((one) => shared(one.name, one)),
  ...inherited
    .filter(([key]) => key !== 'constructor')
    .map(([key, { value }]) => shared(`Object.prototype.${key}`, value as object)),
];

let openWatches = 0;

/**
 * Begins to watch for keys that code sets on built-in objects. A key that was set while nothing was watched is not reported.
 * Returns the function that ends it. If several parts of a process watch, a key is reported to the first that looks.
 */
export function watchPrototypes(): () => void {
  if (openWatches++ === 0) for (const one of sharedObjects) one.known = Object.keys(one.object);
  return () => void openWatches--;
}

/** Watches for keys that code sets on built-in objects while `action` runs. */
export async function watchingPrototypes<T>(action: () => Promise<T>): Promise<T> {
  const stop = watchPrototypes();
  try {
    return await action();
  } finally {
    stop();
  }
}

/**
 * One error for each key that was set on a built-in object since the watch began. Removes the keys.
 *
 * Only values count that are not functions. A library that is loaded late may add methods, and a test may replace
 * them.
 */
export function takePollution(): PrototypePollutedError[] {
  const found: PrototypePollutedError[] = [];
  for (const one of sharedObjects) {
    // Without an array of the keys, because this runs after each of thousands of plays.
    for (const key in one.object) if (isNew(one, key)) found.push(removed(one, key));
  }
  for (const [key, original] of inherited) {
    const value = everyObject[key];
    if (typeof value === 'function') continue;
    Reflect.defineProperty(Object.prototype, key, original);
    found.push(new PrototypePollutedError('Object.prototype', key, value));
  }
  return found;
}

function isNew({ object, known }: SharedObject, key: string): boolean {
  const own = Object.getOwnPropertyDescriptor(object, key);
  return own !== undefined && 'value' in own && typeof own.value !== 'function' && !known.includes(key);
}

function removed({ object, name }: SharedObject, key: string): PrototypePollutedError {
  const { value } = Object.getOwnPropertyDescriptor(object, key)!;
  Reflect.deleteProperty(object, key);
  return new PrototypePollutedError(name, key, value);
}
