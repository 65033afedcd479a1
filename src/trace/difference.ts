import { createTwoFilesPatch } from 'diff/lib/patch/create.js';
import { shorten } from '../engine/values/engine-errors.ts';
import type { TraceEvent } from '../engine/run/events.ts';
import { withoutUsage } from './hash.ts';

/** The first difference between two traces. */
export interface TraceDifference {
  /** The index of the event in `events`. */
  index: number;
  /** The field within the event, e.g. "request.messages[2].content"; '' when one trace has no such event. */
  path: string;
  /** The value of the field in the trace whose `diff` was called. */
  left: unknown;
  /** The field's value in the other trace. */
  right: unknown;
  /** The difference as text for a reader, with a line diff. */
  text: string;
}

/** The first field in which two lists of events differ, leaving out usage; undefined if the lists are equal. */
export function firstDifference(
  left: readonly TraceEvent[],
  right: readonly TraceEvent[],
): TraceDifference | undefined {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left[index], right[index]];
    const found = differenceWithin(one && withoutUsage(one), other && withoutUsage(other), '');
    if (found) return { index, ...found, text: describe(index, one, other, found) };
  }
  return undefined;
}

interface Found {
  path: string;
  left: unknown;
  right: unknown;
}

function differenceWithin(left: unknown, right: unknown, path: string): Found | undefined {
  if (left === right) return undefined;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right))
    return { path, left, right };
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    const inner = Array.isArray(left) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = differenceWithin(ownValue(left, key), ownValue(right, key), inner);
    if (found) return found;
  }
  return undefined;
}

function describe(
  index: number,
  left: TraceEvent | undefined,
  right: TraceEvent | undefined,
  found: Found,
): string {
  const event = left ?? right!;
  const place = [
    `event ${index} (${event.type}, run ${event.run}`,
    'turn' in event ? `, turn ${event.turn}` : '',
    ')',
  ].join('');
  if (!left || !right) return `The ${left ? 'other' : 'first'} trace ends before ${place}.`;
  return `The traces differ at ${place}, in ${found.path}:\n${lineDiff(found.left, found.right)}`;
}

/**
 * The maximum number of added and removed lines in a diff. A longer diff would take minutes to compute, and be too
 * long to read.
 */
const mostEdits = 2000;

/** A line diff of two values, as text or as indented JSON. */
export function lineDiff(left: unknown, right: unknown): string {
  const sameText = asText(left) === asText(right);
  const [before, after] = [left, right].map((value) => (sameText ? asJson(value) : asText(value)));
  const options = { context: 3, maxEditLength: mostEdits };
  const patch = createTwoFilesPatch('left', 'right', `${before}\n`, `${after}\n`, '', '', options);
  if (patch === undefined) return `-${shorten(before, 1000)}\n+${shorten(after, 1000)}`;
  // Removes the first lines, which are the file names, and the lines with @@, which are the places of the hunks.
  return patch
    .split('\n')
    .slice(3)
    .filter((line) => !line.startsWith('@@'))
    .join('\n')
    .trimEnd();
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : asJson(value);
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? 'undefined';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function ownValue(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
