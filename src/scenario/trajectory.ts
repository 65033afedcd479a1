import { isPlainObject } from '../engine/data/copy.ts';
import { isAsymmetric } from './equals.ts';
import { valueWords } from '../engine/data/value-words.ts';

/** A tool call by name, or with its arguments: `args` is exact; `argsContain` is partial, deep. */
export type ToolCallPattern = string | { tool: string; args?: object; argsContain?: object };

/** One call; exactly one whole turn, in order; or several calls in any order. */
export type TrajectoryItem =
  | ToolCallPattern
  | { turn: readonly ToolCallPattern[] }
  | { anyOrder: readonly ToolCallPattern[] };

/**
 * What the tool calls of a trace should be. An array: these, in this order, and nothing else. With
 * allowOthers, others may stand anywhere between. `never`: calls that must not be there at all.
 */
export type Trajectory =
  | readonly TrajectoryItem[]
  | { sequence: readonly TrajectoryItem[]; allowOthers?: boolean; never?: readonly ToolCallPattern[] };

/** An item of a trajectory as it is matched. */
export interface Expected {
  kind: 'call' | 'turn' | 'anyOrder';
  patterns: readonly ToolCallPattern[];
}

/** Throws a TypeError for what is no trajectory: a pattern that can match nothing would pass as a test. */
export function readTrajectory(trajectory: Trajectory): {
  items: Expected[];
  allowOthers: boolean;
  never: readonly ToolCallPattern[];
} {
  const parts = isList(trajectory) ? { sequence: trajectory } : trajectory;
  if (!isPlainObject(parts))
    throw malformed(trajectory, 'A trajectory is a list of calls, or { sequence, allowOthers, never }');
  checkKeys(parts, ['sequence', 'allowOthers', 'never'], 'A trajectory');
  const { sequence, allowOthers = false, never = [] } = parts;
  if (!Array.isArray(sequence)) throw malformed(sequence, 'The sequence of a trajectory is a list of calls');
  if (!Array.isArray(never)) throw malformed(never, 'The "never" of a trajectory is a list of calls');
  if (typeof allowOthers !== 'boolean')
    throw malformed(allowOthers, 'The "allowOthers" of a trajectory is true or false');
  never.forEach(checkPattern);
  return { items: sequence.map(readItem), allowOthers, never };
}

function readItem(item: TrajectoryItem): Expected {
  const kind = isPlainObject(item) ? (['turn', 'anyOrder'] as const).find((key) => key in item) : undefined;
  if (!kind) {
    checkPattern(item as ToolCallPattern);
    return { kind: 'call', patterns: [item as ToolCallPattern] };
  }
  checkKeys(item as object, [kind], `A trajectory's ${kind}`);
  const patterns = (item as unknown as Record<string, ToolCallPattern[]>)[kind];
  if (!Array.isArray(patterns) || patterns.length === 0)
    throw malformed(patterns, `A trajectory's ${kind} is a list of at least one call`);
  patterns.forEach(checkPattern);
  return { kind, patterns };
}

function checkPattern(pattern: ToolCallPattern): void {
  if (typeof pattern === 'string') return;
  if (!isPlainObject(pattern) || typeof pattern['tool'] !== 'string')
    throw malformed(
      pattern,
      "A call in a trajectory is a tool's name, or { tool, args } or { tool, argsContain }",
    );
  checkKeys(pattern, ['tool', 'args', 'argsContain'], 'A call in a trajectory');
  for (const key of ['args', 'argsContain'] as const) {
    const args = pattern[key];
    if (args === undefined || isPlainObject(args) || isAsymmetric(args)) continue;
    throw malformed(args, `The "${key}" of a call in a trajectory is an object`);
  }
}

function checkKeys(value: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`${what} has no field "${unknown}". Fields: ${known.join(', ')}.`);
}

function malformed(value: unknown, rule: string): TypeError {
  return new TypeError(`${rule}, but is ${valueWords(value)}.`);
}

function isList(trajectory: Trajectory): trajectory is readonly TrajectoryItem[] {
  return Array.isArray(trajectory);
}
