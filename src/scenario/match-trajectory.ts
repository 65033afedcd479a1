import { shorten } from '../engine/values/engine-errors.ts';
import { align, fits, isSameTurn, type ComparedCall, type Place } from './align-calls.ts';
import { firstMismatch, show } from './equals.ts';
import { readTrajectory, type ExpectedItem, type ToolCallPattern, type Trajectory } from './trajectory.ts';

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
  const { places, left } = align(items, calls, allowOthers);
  const taken = new Set(places.flatMap((place) => place.calls));
  const forbidden = calls.flatMap((call, index) =>
    never.some((pattern) => fits(pattern, call)) ? [index] : [],
  );
  const extra = allowOthers ? left : [...calls.keys()].filter((index) => !taken.has(index));
  const missing = places.filter(({ complete }) => !complete);

  const lines = items.map((item, index) => itemLine(item, places[index]!, calls, taken));
  for (const index of extra) lines.push(`+ ${showCall(calls[index]!)}, which was not expected`);
  for (const index of forbidden) lines.push(`! ${showCall(calls[index]!)}, which must never be called`);
  return {
    pass: missing.length + extra.length + forbidden.length === 0,
    lines,
    departure: firstDeparture(items, places, extra, forbidden, calls.length),
  };
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
  for (const [index, item] of items.entries()) {
    const place = alignment[index]!;
    // What is wrong beside an "atMost" is an extra call.
    if (!place.complete && item.kind !== 'atMost') {
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
  if (item.kind === 'atMost') return `✗ ${words}`;
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
  if (item.kind === 'atMost' && list === '') return 'no call';
  return `${kindWords[item.kind]}${list}`;
}

const kindWords: Record<ExpectedItem['kind'], string> = {
  call: '',
  turn: 'one turn: ',
  turnAnyOrder: 'one turn, in any order: ',
  anyOrder: 'in any order: ',
  atMost: 'at most: ',
};

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
