import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { withCalls } from '../../script/step-kinds.ts';
import type { Step } from '../../script/steps.ts';
import { simplerNumbers, simplerTexts } from './simpler-values.ts';

/**
 * Scripts in which a value that appears several times in arguments is replaced by a simpler value everywhere at once.
 * If a failure needs two refunds of the same order, neither of the two order ids can be made simpler alone.
 */
export function* simplerTogether(steps: readonly Step[]): Generator<Step[]> {
  for (const value of repeated(steps)) {
    const simpler = typeof value === 'string' ? simplerTexts(value) : simplerNumbers(value);
    for (const other of simpler)
      yield withCalls(steps, (call) =>
        call.args ? { ...call, args: replaced(call.args, value, other) as object } : call,
      );
  }
}

type Leaf = string | number;

/** Texts and numbers that appear in arguments twice or more. */
function repeated(steps: readonly Step[]): Leaf[] {
  const counts = new Map<Leaf, number>();
  const count = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number')
      counts.set(value, (counts.get(value) ?? 0) + 1);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(count);
  };
  for (const step of steps) if ('calls' in step) for (const { args } of step.calls ?? []) count(args);
  return [...counts].filter(([, times]) => times > 1).map(([value]) => value);
}

function replaced(inside: unknown, value: Leaf, other: Leaf): unknown {
  if (inside === value) return other;
  if (Array.isArray(inside)) return inside.map((item) => replaced(item, value, other));
  if (!isPlainObject(inside)) return inside;
  const copy = {};
  for (const [key, item] of Object.entries(inside)) setOwn(copy, key, replaced(item, value, other));
  return copy;
}
