import { shorten } from '../engine/values/engine-errors.ts';
import type { TracedToolCall } from '../engine/run/events.ts';
import { contains, equals, firstMismatch, show } from './equals.ts';
import { pairUp } from './pairing.ts';
import { readTrajectory, type ExpectedItem, type ToolCallPattern, type Trajectory } from './trajectory.ts';

/** A call that a trajectory is compared with: answered, or pending. */
export type ComparedCall = Pick<TracedToolCall, 'run' | 'turn' | 'tool' | 'args'>;

/** Whether the calls are as expected, and if not, how they differ. */
export interface TrajectoryMatch {
  pass: boolean;
  /** One line for each expected item and each extra or forbidden call. */
  lines: string[];
  /**
   * The index of the first call that is not as expected. Undefined if every call is as expected, even if calls are
   * missing at the end.
   */
  departure: number | undefined;
}

/**
 * Compares calls with a trajectory. Calls are assigned so that as many items as possible match, not first come, first
 * served.
 */
export function matchTrajectory(trajectory: Trajectory, calls: readonly ComparedCall[]): TrajectoryMatch {
  const { items, allowOthers, never } = readTrajectory(trajectory);
  const alignment = align(items, calls, allowOthers);
  const taken = new Set(alignment.flatMap((place) => place.calls));
  const forbidden = calls.flatMap((call, index) =>
    never.some((pattern) => fits(pattern, call)) ? [index] : [],
  );
  const extra = allowOthers ? [] : calls.flatMap((_call, index) => (taken.has(index) ? [] : [index]));
  const missing = items.filter((_item, index) => !alignment[index]!.complete);

  const lines = items.map((item, index) => itemLine(item, alignment[index]!, calls, taken));
  for (const index of extra) lines.push(`+ ${showCall(calls[index]!)}, which was not expected`);
  for (const index of forbidden) lines.push(`! ${showCall(calls[index]!)}, which must never be called`);
  return {
    pass: missing.length + extra.length + forbidden.length === 0,
    lines,
    departure: firstDeparture(items, alignment, extra, forbidden, calls.length),
  };
}

/** The calls that were assigned to an item, by index, and whether the whole item matches. */
interface Place {
  calls: number[];
  complete: boolean;
}

const nowhere: Place = { calls: [], complete: false };

/**
 * Assigns items to calls, in order, so that as many patterns as possible find a call. Dynamic programming over items
 * and calls: a cell holds the best score that the items from `item` on can reach with the calls from `call` on. A
 * complete item scores more than the same number of calls in incomplete items.
 */
function align(
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

function isSameTurn(calls: readonly ComparedCall[], one: number, other: number): boolean {
  const [left, right] = [calls[one], calls[other]];
  return left !== undefined && right !== undefined && left.run === right.run && left.turn === right.turn;
}

function isWholeTurn(calls: readonly ComparedCall[], from: number, to: number): boolean {
  return !isSameTurn(calls, from, from - 1) && !isSameTurn(calls, to - 1, to);
}

/** Whether a call matches a pattern. */
function fits(pattern: ToolCallPattern, call: ComparedCall): boolean {
  if (typeof pattern === 'string') return pattern === call.tool;
  return (
    pattern.tool === call.tool &&
    (pattern.args === undefined || equals(pattern.args, call.args)) &&
    (pattern.argsContain === undefined || contains(pattern.argsContain, call.args))
  );
}

/**
 * The index of the first call that differs: an extra or forbidden call, or the call at the place where the first
 * incomplete item was expected, whichever comes first.
 */
function firstDeparture(
  items: readonly ExpectedItem[],
  alignment: readonly Place[],
  extra: readonly number[],
  forbidden: readonly number[],
  count: number,
): number | undefined {
  const candidates = [...extra, ...forbidden];
  let behind = 0;
  for (const index of items.keys()) {
    const place = alignment[index]!;
    if (!place.complete) {
      if (behind < count) candidates.push(behind);
      break;
    }
    behind = Math.max(behind, ...place.calls.map((call) => call + 1));
  }
  return candidates.length === 0 ? undefined : Math.min(...candidates);
}

function itemLine(
  item: ExpectedItem,
  place: Place,
  calls: readonly ComparedCall[],
  taken: ReadonlySet<number>,
): string {
  const words = showItem(item);
  if (place.complete) return `✓ ${words}`;
  const pattern = item.patterns[0];
  const near = calls.find((call, index) => !taken.has(index) && nameOf(pattern) === call.tool);
  if (item.kind === 'call') return `✗ ${words}${near ? `, but ${whyNot(pattern!, near)}` : ''}`;
  return `✗ ${words}${place.calls.length === 0 ? '' : `, but ${partlyFound(item, place, calls)}`}`;
}

/** Why a turn, or a group in any order, does not match although some of its calls were found. */
function partlyFound(item: ExpectedItem, place: Place, calls: readonly ComparedCall[]): string {
  const found = place.calls.map((index) => showCall(calls[index]!)).join(', ');
  if (place.calls.length < item.patterns.length) return `only ${found} was found at this place`;
  const others =
    calls.filter((call) => isSameTurn([call, calls[place.calls[0]!]!], 0, 1)).length - item.patterns.length;
  return others > 0 ? `their turn has ${others} more` : 'they were not called in one turn';
}

function whyNot(pattern: ToolCallPattern, call: ComparedCall): string {
  if (typeof pattern === 'string') return `${showCall(call)} was called at another place`;
  const found =
    firstMismatch(pattern.args ?? call.args, call.args, false) ??
    firstMismatch(pattern.argsContain ?? {}, call.args, true);
  if (!found) return `${showCall(call)} was called at another place`;
  const where = found.path === '' ? 'the arguments are' : `"${found.path}" is`;
  return `in ${showCall(call)} ${where} ${shorten(show(found.actual), 200)}, not ${shorten(show(found.expected), 200)}`;
}

function nameOf(pattern: ToolCallPattern | undefined): string | undefined {
  return typeof pattern === 'object' ? pattern.tool : pattern;
}

function showItem(item: ExpectedItem): string {
  const list = item.patterns.map(showPattern).join(', ');
  return item.kind === 'call' ? list : item.kind === 'turn' ? `one turn: ${list}` : `in any order: ${list}`;
}

/** A pattern as text for a message. */
export function showPattern(pattern: ToolCallPattern): string {
  if (typeof pattern === 'string') return pattern;
  if (pattern.args !== undefined) return showCall({ tool: pattern.tool, args: pattern.args });
  return pattern.argsContain === undefined
    ? pattern.tool
    : `${pattern.tool}(… ${shorten(show(pattern.argsContain), 200)} …)`;
}

/** A call as text for a message: `look_up({"q":"a"})`. */
export function showCall(call: Pick<ComparedCall, 'tool' | 'args'>): string {
  const args = typeof call.args === 'string' ? call.args : show(call.args);
  return `${call.tool}(${args === '{}' ? '' : shorten(args, 200)})`;
}
