import type { TracedToolCall } from '../engine/run/events.ts';
import { contains, equals } from './equals.ts';
import { pairUp } from './pairing.ts';
import type { ExpectedItem, ToolCallPattern } from './trajectory.ts';

/** A call that a trajectory is compared with: answered, or pending. */
export type ComparedCall = Pick<TracedToolCall, 'run' | 'turn' | 'tool' | 'args'>;

/** The calls that were assigned to an item, by index, and whether the whole item matches. */
export interface Place {
  calls: number[];
  complete: boolean;
}

const nowhere: Place = { calls: [], complete: false };

/**
 * Assigns items to calls, in order, so that as many patterns as possible find a call. Dynamic programming over items
 * and calls: a cell holds the best score that the items from `item` on can reach with the calls from `call` on. A
 * complete item scores more than the same number of calls in incomplete items.
 */
export function align(
  items: readonly ExpectedItem[],
  calls: readonly ComparedCall[],
  allowOthers: boolean,
): Place[] {
  const width = calls.length + 1;
  const best = new Float64Array((items.length + 1) * width);
  const choice: ({ place: Place; next: number } | undefined)[] = Array.from({ length: best.length });
  for (let item = items.length - 1; item >= 0; item--) {
    for (let call = calls.length; call >= 0; call--) {
      const cell = item * width + call;
      best[cell] = best[cell + width]!;
      choice[cell] = { place: nowhere, next: call };
      for (const { place, next } of placements(items[item]!, calls, call, allowOthers)) {
        const score = place.calls.length + (place.complete ? 0.5 : 0) + best[(item + 1) * width + next]!;
        if (score > best[cell]) {
          best[cell] = score;
          choice[cell] = { place, next };
        }
      }
      if (call < calls.length && best[cell + 1]! > best[cell]) {
        best[cell] = best[cell + 1]!;
        choice[cell] = undefined;
      }
    }
  }
  const places: Place[] = [];
  for (let item = 0, call = 0; item < items.length;) {
    const chosen = choice[item * width + call];
    if (!chosen) {
      call++;
      continue;
    }
    places.push(chosen.place);
    call = chosen.next;
    item++;
  }
  return places;
}

/**
 * Yields the calls that an item takes if it begins at the call `from`, and the index from which the next item may
 * take calls. Yields nothing if no pattern matches. The item takes its calls from a window as long as the item. For
 * an item in any order the window is longer if other calls may be in between.
 */
function* placements(
  item: ExpectedItem,
  calls: readonly ComparedCall[],
  from: number,
  allowOthers: boolean,
): Generator<{ place: Place; next: number }> {
  const size = item.patterns.length;
  if (item.kind === 'turn') {
    const found = item.patterns.flatMap((pattern, offset) =>
      isSameTurn(calls, from, from + offset) && fits(pattern, calls[from + offset]!) ? [from + offset] : [],
    );
    const complete = found.length === size && size > 0 && isWholeTurn(calls, from, from + size);
    if (found.length > 0)
      yield { place: { calls: found, complete }, next: Math.min(from + size, calls.length) };
    return;
  }
  const end = allowOthers && item.kind === 'anyOrder' ? calls.length : Math.min(from + size, calls.length);
  const found = assign(item.patterns, calls, from, end);
  if (found.length === 0) return;
  if (found.length < size) {
    yield { place: { calls: found, complete: false }, next: found.at(-1)! + 1 };
    return;
  }
  // A longer window never matches fewer calls, so a binary search finds the shortest window that matches all
  // patterns.
  let [short, long] = [from + size, end];
  while (short < long) {
    const middle = Math.floor((short + long) / 2);
    if (assign(item.patterns, calls, from, middle).length === size) long = middle;
    else short = middle + 1;
  }
  yield { place: { calls: assign(item.patterns, calls, from, long), complete: true }, next: long };
}

/**
 * The indexes of the calls in a window that match the patterns. Each pattern takes a different call, and as many
 * patterns as possible find one.
 */
function assign(
  patterns: readonly ToolCallPattern[],
  calls: readonly ComparedCall[],
  from: number,
  to: number,
): number[] {
  const window = Array.from({ length: to - from }, (_item, offset) => from + offset);
  const pairs = pairUp(patterns.length, window, (pattern, call) => fits(patterns[pattern]!, calls[call]!));
  return [...pairs.keys()].toSorted((left, right) => left - right);
}

export function isSameTurn(calls: readonly ComparedCall[], one: number, other: number): boolean {
  const [left, right] = [calls[one], calls[other]];
  return left !== undefined && right !== undefined && left.run === right.run && left.turn === right.turn;
}

function isWholeTurn(calls: readonly ComparedCall[], from: number, to: number): boolean {
  return !isSameTurn(calls, from, from - 1) && !isSameTurn(calls, to - 1, to);
}

/** Whether a call matches a pattern. */
export function fits(pattern: ToolCallPattern, call: ComparedCall): boolean {
  if (typeof pattern === 'string') return pattern === call.tool;
  return (
    pattern.tool === call.tool &&
    (pattern.args === undefined || equals(pattern.args, call.args)) &&
    (pattern.argsContain === undefined || contains(pattern.argsContain, call.args))
  );
}
