import type { Thrown } from '../engine/run/events.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { valueWords } from '../engine/values/value-words.ts';

const thrownKey = Symbol.for('swarmcheck.thrown');
const shared = globalThis as { [thrownKey]?: WeakMap<object, Thrown> };

/**
 * The values that tools threw, by the events and calls of traces. Kept outside of these objects, so that the values
 * are in no JSON, hash or comparison. All copies of the package share one map.
 */
const kept = (shared[thrownKey] ??= new WeakMap<object, Thrown>());

/** Remembers the value that was thrown in place of the result of a call. `call` is an event or a call of a trace. */
export function keepThrown(call: object, thrown: Thrown): void {
  kept.set(call, thrown);
}

/** The value that was thrown in place of the result of a call, and where it came from. */
export function thrownIn(call: object): Thrown | undefined {
  return kept.get(call);
}

/**
 * The value that a tool threw: the very object, for debugging. It is never part of JSON, requests or the hash.
 *
 * `call` is a tool call or a tool-result event of a trace: an item of `trace.toolCalls` or `trace.events`. It is
 * matched by identity, because ids repeat, so a copy of a call leads to nothing. Returns undefined for any other
 * object, and if the tool did not throw. If the validation of the arguments threw, returns that value.
 *
 * A worker tool throws in its thread, so its error is a copy. A tool whose recorded result is replayed throws nothing.
 *
 * Throws a TypeError for a value that is not an object.
 */
export function thrownBy(call: object): unknown {
  if ((typeof call !== 'object' && typeof call !== 'function') || call === null)
    throw new UsageError(
      sentence`${{ where: 'thrownBy' }} takes ${{ expected: 'a tool call or a tool-result event of a trace' }}, but was given ${{ given: valueWords(call) }}.`,
    );
  return thrownIn(call)?.value;
}
