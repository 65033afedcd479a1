/**
 * A deep copy of plain data: objects, arrays, Map, Set and Date, including cycles. Functions and other instances are
 * passed by reference. An own property called `__proto__` stays an own property.
 */
export function copyData<T>(value: T): T {
  return isContainer(value) ? (copyInto(value, new Map()) as T) : value;
}

/**
 * A deep copy like `copyData`, but twice as fast, for a tree of objects and arrays without cycles, such as a message
 * of the API.
 */
export function copyTree<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyTree) as T;
  if (!isPlainObject(value)) return copyData(value);
  const copy = { ...value };
  for (const key in copy) {
    const item = copy[key];
    if (typeof item === 'object' && item !== null) setOwn(copy, key, copyTree(item));
  }
  return copy;
}

/** Sets an own property, even one called `__proto__`. */
export function setOwn(target: object, key: string | symbol, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (target as Record<string | symbol, unknown>)[key] = value;
  }
}

/**
 * Freezes plain objects and arrays at every depth, and returns the value. Other instances are not frozen. A frozen
 * object is assumed to be frozen at every depth.
 */
export function freezeData<T>(value: T): T {
  // Most data in an event is already frozen, with the message that it came from. `isFrozen` is the fastest way to
  // find that out.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  Object.freeze(value);
  for (const key of Object.keys(value)) freezeData((value as Record<string, unknown>)[key]);
  return value;
}

/** Whether the value is an object literal, also of another realm, or an object without a prototype. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isContainer(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Array.isArray(value) ||
      value instanceof Map ||
      value instanceof Set ||
      value instanceof Date ||
      isPlainObject(value))
  );
}

function copyInto(value: object, copies: Map<object, object>): object {
  const known = copies.get(value);
  if (known) return known;
  const copyOf = (item: unknown) => (isContainer(item) ? copyInto(item, copies) : item);

  if (value instanceof Date) return new Date(value.getTime());
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const item of value) copy.push(copyOf(item));
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(copyOf(key), copyOf(item));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set();
    copies.set(value, copy);
    for (const item of value) copy.add(copyOf(item));
    return copy;
  }
  const copy = {};
  copies.set(value, copy);
  for (const key of Object.keys(value)) setOwn(copy, key, copyOf((value as Record<string, unknown>)[key]));
  return copy;
}
