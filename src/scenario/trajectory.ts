import { isPlainObject } from '../engine/values/copy.ts';
import { isAsymmetric } from './equals.ts';
import { assertValidFields, isText, isTool, mustBe, nameHint, type Rule, type Rules } from './rules.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/**
 * A tool call: the tool's name alone, or with arguments. `args` must be equal; `argsContain` may leave out fields, at
 * every depth.
 */
export type ToolCallPattern = string | { tool: string; args?: object; argsContain?: object };

/**
 * One call, or several: `turn` is one whole turn with exactly these calls, in order; `turnAnyOrder` is the same in any
 * order; `anyOrder` is these calls in any order, in one turn or in several. `atMost` is a part of the trace with no
 * calls other than these, in any order, each at most as often as the list has it; `[]` allows none. The part begins after
 * the item before it, or with the first call, and ends where the next item begins, or with the last call.
 */
export type TrajectoryItem =
  | ToolCallPattern
  | { turn: readonly ToolCallPattern[] }
  | { turnAnyOrder: readonly ToolCallPattern[] }
  | { anyOrder: readonly ToolCallPattern[] }
  | { atMost: readonly ToolCallPattern[] };

/**
 * The expected tool calls of a trace. An array: exactly these calls, in this order. With `allowOthers`, other calls
 * may come anywhere among them, except in the part that an `atMost` describes. `never`: calls that must not occur at
 * all.
 */
export type Trajectory =
  | readonly TrajectoryItem[]
  | { sequence: readonly TrajectoryItem[]; allowOthers?: boolean; never?: readonly ToolCallPattern[] };

const groupKinds = ['turn', 'turnAnyOrder', 'anyOrder', 'atMost'] as const;
type GroupKind = (typeof groupKinds)[number];

/** An item of a trajectory in the form that `matchTrajectory` compares: a single call is a list of one pattern. */
export interface ExpectedItem {
  kind: 'call' | GroupKind;
  patterns: readonly ToolCallPattern[];
}

/** The rule for the outer form of a trajectory. `readTrajectory` validates its parts. */
export const trajectoryRule: Rule = [
  'a list of calls, or { sequence, allowOthers, never }',
  (value) => Array.isArray(value) || isPlainObject(value),
  listHint,
];
const callsRule: Rule = ['a list of calls', Array.isArray, listHint];
const trajectoryRules: Rules<'sequence' | 'allowOthers' | 'never'> = {
  sequence: callsRule,
  allowOthers: ['true or false', (value) => typeof value === 'boolean'],
  never: callsRule,
};
const groupRule: Rule = [
  'a list of at least one call',
  (value) => Array.isArray(value) && value.length > 0,
  listHint,
];
const callRule: Rule = [
  "a tool's name, { tool, args } or { tool, argsContain }",
  (value) => isPlainObject(value) && !isTool(value),
  nameHint,
];
const argsRule: Rule = ['an object', (value) => isPlainObject(value) || isAsymmetric(value)];
const patternRules: Rules<'tool' | 'args' | 'argsContain'> = {
  tool: ["a tool's name", isText, nameHint],
  args: argsRule,
  argsContain: argsRule,
};

/**
 * Returns the parts of a trajectory. Throws a TypeError if the trajectory is malformed, because a pattern that can
 * never match could let a negated assertion pass whatever happened. `what` names the trajectory within a sentence.
 */
export function readTrajectory(
  trajectory: Trajectory,
  what = 'the trajectory',
): { items: ExpectedItem[]; allowOthers: boolean; never: readonly ToolCallPattern[] } {
  const parts = isList(trajectory) ? { sequence: trajectory } : trajectory;
  if (['tool', ...groupKinds].some((key) => key in parts))
    throw new UsageError(
      sentence`${{ where: capital(what) }} must be ${{ expected: trajectoryRule[0] }}, but is ${{ given: 'a single item' }}. Write [{ … }].`,
    );
  assertValidFields(parts, trajectoryRules, capital(what));
  const { sequence, allowOthers = false, never = [] } = parts;
  if (sequence === undefined) {
    throw new UsageError(
      sentence`${{ where: capital(what) }} has no "${{ field: 'sequence' }}". To allow any other calls, write { sequence: [], allowOthers: true, never: […] }.`,
    );
  }
  for (const [index, call] of never.entries())
    assertValidPattern(call, `Call ${index + 1} in "never" of ${what}`);
  const items = sequence.map((item, index) => readItem(item, `item ${index + 1} of ${what}`));
  return { items, allowOthers, never };
}

/** The names of the tools in a trajectory: those that must be called, and the others, which need not exist. */
export function toolsIn(trajectory: Trajectory): { expected: string[]; others: string[] } {
  const { items, never } = readTrajectory(trajectory);
  const namesIn = (some: readonly ExpectedItem[]) => some.flatMap(({ patterns }) => patterns.map(nameOf));
  return {
    expected: namesIn(items.filter(({ kind }) => kind !== 'atMost')),
    others: [...namesIn(items.filter(({ kind }) => kind === 'atMost')), ...never.map(nameOf)],
  };
}

function nameOf(pattern: ToolCallPattern): string {
  return isText(pattern) ? pattern : pattern.tool;
}

function readItem(item: TrajectoryItem, what: string): ExpectedItem {
  const fields: Record<string, unknown> = isPlainObject(item) ? item : {};
  const kind = groupKinds.find((key) => fields[key] !== undefined);
  if (!kind) {
    assertValidPattern(item, capital(what));
    return { kind: 'call', patterns: [item as ToolCallPattern] };
  }
  assertValidFields(fields, { [kind]: kind === 'atMost' ? callsRule : groupRule }, capital(what));
  const patterns = fields[kind] as ToolCallPattern[];
  for (const [index, call] of patterns.entries())
    assertValidPattern(call, `Call ${index + 1} in "${kind}" of ${what}`);
  return { kind, patterns };
}

function assertValidPattern(pattern: unknown, place: string): void {
  if (isText(pattern)) return;
  if (!callRule[1](pattern)) throw mustBe(place, callRule, pattern);
  const given = pattern as Record<string, unknown>;
  if (given['tool'] === undefined) {
    const others = Object.keys(given).map((key) => `"${key}"`);
    throw new UsageError(
      sentence`${{ where: place }} has no "${{ field: 'tool' }}"${others.length === 0 ? '' : `; it has ${others.join(', ')}`}.${'calls' in given ? " This looks like a step of a script: write the tool's name instead." : ''}`,
    );
  }
  assertValidFields(given, patternRules, place);
}

function listHint(given: unknown): string {
  return isText(given) ? ` Write ${JSON.stringify([given])}.` : '';
}

/** Capitalized, to begin a sentence. */
function capital(what: string): string {
  return `${what[0]!.toUpperCase()}${what.slice(1)}`;
}

function isList(trajectory: Trajectory): trajectory is readonly TrajectoryItem[] {
  return Array.isArray(trajectory);
}
