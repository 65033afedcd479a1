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

/** An item takes `count` of the calls from `from` to `next`. The next item may take calls from `next` on. */
interface Window {
  from: number;
  next: number;
  count: number;
  complete: boolean;
}

/**
 * Assigns items to calls, in order, so that as many patterns as possible find a call. Dynamic programming over items
 * and calls: a cell holds the best score that the items from `item` on can reach with the calls from `call` on. A
 * complete item scores more than the same number of calls in incomplete items. `left` lists the calls beside an
 * `atMost` that no item takes.
 */
export function align(
  items: readonly ExpectedItem[],
  calls: readonly ComparedCall[],
  allowOthers: boolean,
): { places: Place[]; left: number[] } {
  const width = calls.length + 1;
  const best = new Float64Array((items.length + 1) * width);
  const choice: (Window | undefined)[] = Array.from({ length: best.length });
  // With `allowOthers` a call beside an `atMost` costs something if no item takes it. Otherwise it wins something if
  // an item takes it. So the best score is the one of a match, if there is a match.
  const costAt = (item: number) => (allowOthers && isBesideAtMost(items, item) ? 1 : 0);
  const worthIn = ({ kind }: ExpectedItem) => (allowOthers && kind === 'atMost' ? 0 : 1);
  for (let call = calls.length - 1; call >= 0; call--)
    best[items.length * width + call] = (call - calls.length) * costAt(items.length);
  for (let item = items.length - 1; item >= 0; item--) {
    const [cost, worth] = [costAt(item), worthIn(items[item]!)];
    const beside = { first: cost > 0, last: costAt(item + 1) > 0 };
    for (let call = calls.length; call >= 0; call--) {
      const cell = item * width + call;
      best[cell] = best[cell + width]!;
      choice[cell] = { from: call, next: call, count: 0, complete: false };
      for (const window of windows(items[item]!, calls, call, allowOthers, beside)) {
        const score =
          window.count * worth + (window.complete ? 0.5 : 0) + best[(item + 1) * width + window.next]!;
        if (score > best[cell]) {
          best[cell] = score;
          choice[cell] = window;
        }
      }
      if (call < calls.length && best[cell + 1]! - cost > best[cell]) {
        best[cell] = best[cell + 1]! - cost;
        choice[cell] = undefined;
      }
    }
  }
  return traced(items, calls, choice);
}

/** The places and the calls left over, by following the choices from the first cell to the last. */
function traced(
  items: readonly ExpectedItem[],
  calls: readonly ComparedCall[],
  choice: readonly (Window | undefined)[],
): { places: Place[]; left: number[] } {
  const places: Place[] = [];
  const left: [call: number, item: number][] = [];
  for (let item = 0, call = 0; item < items.length || call < calls.length;) {
    const window = item < items.length ? choice[item * (calls.length + 1) + call] : undefined;
    if (!window) {
      left.push([call++, item]);
      continue;
    }
    places.push({ calls: takenIn(window, items[item]!, calls), complete: window.complete });
    call = window.next;
    item++;
  }
  const beside = left.filter(([, item]) => isBesideAtMost(items, item));
  for (const [, item] of beside)
    for (const index of [item - 1, item])
      if (items[index]?.kind === 'atMost') places[index]!.complete = false;
  return { places, left: beside.map(([call]) => call) };
}

/** Whether a call before this item, and after the one before it, is in the part that an `atMost` describes. */
function isBesideAtMost(items: readonly ExpectedItem[], item: number): boolean {
  return items[item]?.kind === 'atMost' || items[item - 1]?.kind === 'atMost';
}

/**
 * Yields the windows of an item that begins at the call `from`. Yields nothing if no pattern matches. A window is as
 * long as the item. For an item in any order it is longer if other calls may be in between; `beside` says whether its
 * `first` and its `last` call must be its own, because an `atMost` is next to it.
 */
function* windows(
  item: ExpectedItem,
  calls: readonly ComparedCall[],
  from: number,
  allowOthers: boolean,
  beside: { first: boolean; last: boolean },
): Generator<Window> {
  const { kind, patterns } = item;
  const size = patterns.length;
  const window = (next: number, count: number, complete: boolean) => ({ from, next, count, complete });
  if (kind === 'atMost') {
    let end = from;
    while (end < Math.min(from + size, calls.length) && fitsAny(patterns, calls[end]!)) end++;
    const taken = new Set(matched(patterns, calls, range(from, end)));
    yield window(from, 0, true);
    for (let next = from + 1; taken.has(next - 1); next++) yield window(next, next - from, true);
    return;
  }
  if (kind === 'call') {
    if (from < calls.length && fits(patterns[0]!, calls[from]!)) yield window(from + 1, 1, true);
    return;
  }
  const end = Math.min(from + size, calls.length);
  if (kind === 'turn' || kind === 'turnAnyOrder') {
    const count = takenIn(window(end, 0, false), item, calls).length;
    if (count > 0) yield window(end, count, count === size && isWholeTurn(calls, from, from + size));
    return;
  }
  const last = allowOthers ? calls.length : end;
  const found = matched(patterns, calls, range(from, last));
  if (found.length === 0) return;
  const ownFirst = !beside.first || fitsAny(patterns, calls[from]!);
  if (found.length < size || !ownFirst) {
    yield window(Math.max(...found) + 1, found.length, false);
    return;
  }
  // A longer window never matches fewer calls, so a binary search finds the shortest window that matches all
  // patterns.
  let [short, long] = [from + size, last];
  while (short < long) {
    const middle = Math.floor((short + long) / 2);
    if (matched(patterns, calls, range(from, middle)).length === size) long = middle;
    else short = middle + 1;
  }
  yield window(long, size, true);
  if (!beside.last) return;
  // A longer window may take a later call in place of its last one.
  for (let next = long + 1; next <= last; next++) {
    const own = beside.first ? [from, next - 1] : [next - 1];
    if (matched(patterns, calls, own).length === own.length) yield window(next, size, true);
  }
}

/** The calls that an item takes in its window. */
function takenIn(
  { from, next }: Pick<Window, 'from' | 'next'>,
  { kind, patterns }: ExpectedItem,
  calls: readonly ComparedCall[],
): number[] {
  if (kind === 'atMost') return range(from, next);
  const inTurn = kind === 'turn' || kind === 'turnAnyOrder';
  const own = inTurn
    ? range(from, next).filter((index) => isSameTurn(calls, from, index))
    : range(from, next);
  if (kind === 'turn') return own.filter((index) => fits(patterns[index - from]!, calls[index]!));
  // The first and the last call come first, because they stay matched when others are added.
  const ends = own.length > 1 ? [own[0]!, own.at(-1)!, ...own.slice(1, -1)] : own;
  return matched(patterns, calls, ends).toSorted((left, right) => left - right);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_item, offset) => from + offset);
}

/** As many calls as possible, by index, each with a pattern of its own. A call that can be among them wins over later ones. */
function matched(
  patterns: readonly ToolCallPattern[],
  calls: readonly ComparedCall[],
  candidates: readonly number[],
): number[] {
  const pairs = pairUp(candidates.length, [...patterns.keys()], (candidate, pattern) =>
    fits(patterns[pattern]!, calls[candidates[candidate]!]!),
  );
  return [...pairs.values()].map((candidate) => candidates[candidate]!);
}

export function isSameTurn(calls: readonly ComparedCall[], one: number, other: number): boolean {
  const [left, right] = [calls[one], calls[other]];
  return left !== undefined && right !== undefined && left.run === right.run && left.turn === right.turn;
}

function isWholeTurn(calls: readonly ComparedCall[], from: number, to: number): boolean {
  return !isSameTurn(calls, from, from - 1) && !isSameTurn(calls, to - 1, to);
}

function fitsAny(patterns: readonly ToolCallPattern[], call: ComparedCall): boolean {
  return patterns.some((pattern) => fits(pattern, call));
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
