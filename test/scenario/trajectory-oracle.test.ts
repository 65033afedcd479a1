import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolCallPattern, TrajectoryItem } from 'swarmcheck/testing';
import type { ComparedCall } from '../../src/scenario/align-calls.ts';
import { matchTrajectory } from '../../src/scenario/match-trajectory.ts';
import { assertProperty } from '../support/property.ts';

type Sequence = readonly TrajectoryItem[];

/**
 * Tries every way to place the items on the calls, one after the other: slow, but easy to see that it is right. `before`
 * is the item that was placed last.
 */
function canPlace(
  items: Sequence,
  calls: readonly ComparedCall[],
  from: number,
  allowOthers: boolean,
  before?: TrajectoryItem,
): boolean {
  const [item, ...rest] = items;
  const maySkip = allowOthers && !isAtMost(before) && !isAtMost(item);
  if (item === undefined) return maySkip || from === calls.length;
  if (maySkip && from < calls.length && canPlace(items, calls, from + 1, allowOthers, before)) return true;
  return endsOf(item, calls, from, allowOthers).some((end) => canPlace(rest, calls, end, allowOthers, item));
}

function isAtMost(item: TrajectoryItem | undefined): boolean {
  return typeof item === 'object' && 'atMost' in item;
}

/** All places where an item that starts with the call at `from` can end. */
function endsOf(
  item: TrajectoryItem,
  calls: readonly ComparedCall[],
  from: number,
  allowOthers: boolean,
): number[] {
  if (typeof item === 'object' && 'atMost' in item) return endsOfSome(item.atMost, calls, from);
  if (from >= calls.length) return [];
  if (typeof item === 'string' || 'tool' in item) return fits(item, calls[from]!) ? [from + 1] : [];
  if ('anyOrder' in item) return endsInAnyOrder(item.anyOrder, calls, from, allowOthers);
  const patterns = 'turn' in item ? item.turn : item.turnAnyOrder;
  const end = from + patterns.length;
  const taken = calls.slice(from, end);
  const whole = calls.filter((call) => call.turn === calls[from]!.turn);
  const same =
    taken.length === patterns.length &&
    whole.length === taken.length &&
    taken.every((call, index) => call === whole[index]);
  if (!same) return [];
  if ('turnAnyOrder' in item) return endsInAnyOrder(patterns, calls, from, false).slice(0, 1);
  return patterns.every((pattern, index) => fits(pattern, taken[index]!)) ? [end] : [];
}

/** The first call is one of the item's own: a call before it is skipped by `canPlace`, where that is allowed. */
function endsInAnyOrder(
  patterns: readonly ToolCallPattern[],
  calls: readonly ComparedCall[],
  from: number,
  mayHaveGaps: boolean,
  isFirst = true,
): number[] {
  if (patterns.length === 0) return [from];
  if (from >= calls.length) return [];
  const taken = patterns.flatMap((pattern, index) =>
    fits(pattern, calls[from]!)
      ? endsInAnyOrder(patterns.toSpliced(index, 1), calls, from + 1, mayHaveGaps, false)
      : [],
  );
  return mayHaveGaps && !isFirst
    ? [...taken, ...endsInAnyOrder(patterns, calls, from + 1, mayHaveGaps, false)]
    : taken;
}

/** All places where the calls that some of the patterns match can end. */
function endsOfSome(
  patterns: readonly ToolCallPattern[],
  calls: readonly ComparedCall[],
  from: number,
): number[] {
  const call = calls[from];
  const longer = patterns.flatMap((pattern, index) =>
    call && fits(pattern, call) ? endsOfSome(patterns.toSpliced(index, 1), calls, from + 1) : [],
  );
  return [from, ...longer];
}

/** Whether a pattern matches a call. All arguments here are one number. */
function fits(pattern: ToolCallPattern, call: ComparedCall): boolean {
  if (typeof pattern === 'string') return pattern === call.tool;
  const { args } = pattern as { args?: { n: number } };
  return pattern.tool === call.tool && (args === undefined || args.n === (call.args as { n: number }).n);
}

const toolName = fc.constantFrom('a', 'b');
const n = fc.constantFrom(1, 2);
const pattern: fc.Arbitrary<ToolCallPattern> = fc.oneof(
  toolName,
  fc.record({ tool: toolName, args: fc.record({ n }) }),
);
const several = fc.array(pattern, { minLength: 1, maxLength: 3 });
const item: fc.Arbitrary<TrajectoryItem> = fc.oneof(
  { weight: 2, arbitrary: pattern },
  several.map((turn) => ({ turn })),
  several.map((anyOrder) => ({ anyOrder })),
  several.map((turnAnyOrder) => ({ turnAnyOrder })),
  fc.array(pattern, { maxLength: 3 }).map((atMost) => ({ atMost })),
);
const calls: fc.Arbitrary<ComparedCall[]> = fc
  .array(fc.array(fc.record({ tool: toolName, args: fc.record({ n }) }), { minLength: 1, maxLength: 3 }), {
    maxLength: 4,
  })
  .map((turns) => turns.flatMap((turn, index) => turn.map((call) => ({ ...call, run: 1, turn: index + 1 }))));

for (const allowOthers of [false, true]) {
  test(`matchTrajectory agrees with a matcher that tries everything (allowOthers: ${allowOthers})`, () => {
    const verdicts = { pass: 0, fail: 0, 'pass with atMost': 0, 'fail with atMost': 0 };
    assertProperty(
      fc.property(fc.array(item, { maxLength: 3 }), calls, (sequence, made) => {
        const expected = canPlace(sequence, made, 0, allowOthers);
        expect(matchTrajectory({ sequence, allowOthers }, made).pass).toBe(expected);
        verdicts[`${expected ? 'pass' : 'fail'}${sequence.some(isAtMost) ? ' with atMost' : ''}`]++;
      }),
      { seed: 7, numRuns: 11_000 },
    );
    expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(100);
  });

  test(`a trajectory made from the calls matches them (allowOthers: ${allowOthers})`, () => {
    assertProperty(
      fc.property(
        calls,
        fc.array(fc.constantFrom('call', 'turn', 'turnAnyOrder', 'anyOrder', 'atMost', 'skip'), {
          minLength: 4,
          maxLength: 4,
        }),
        (made, kinds) => {
          const turns = [1, 2, 3, 4].map((turn) => made.filter((call) => call.turn === turn));
          const sequence = turns.flatMap((turn, index) => itemsFor(turn, kinds[index]!, allowOthers));
          expect(matchTrajectory({ sequence, allowOthers }, made)).toMatchObject({ pass: true });
          expect(canPlace(sequence, made, 0, allowOthers)).toBe(true);
        },
      ),
      { seed: 8, numRuns: 2000 },
    );
  });
}

/** The items of a trajectory that describe the calls of one turn. */
function itemsFor(turn: ComparedCall[], kind: string, allowOthers: boolean): TrajectoryItem[] {
  const patterns = turn.map(({ tool, args }): ToolCallPattern => ({ tool, args: args as object }));
  if (turn.length === 0 || (kind === 'skip' && allowOthers)) return [];
  if (kind === 'turn') return [{ turn: patterns }];
  if (kind === 'turnAnyOrder') return [{ turnAnyOrder: patterns.toReversed() }];
  // A call that is skipped may not be beside an `atMost`.
  if (kind === 'atMost' && !allowOthers) return [{ atMost: ['a', ...patterns.toReversed()] }];
  return kind === 'anyOrder' ? [{ anyOrder: patterns.toReversed() }] : patterns;
}

test('many calls are matched without trying everything', () => {
  const made = Array.from({ length: 400 }, (_, index) => ({
    run: 1,
    turn: index + 1,
    tool: index % 2 === 0 ? 'a' : 'b',
    args: { n: 1 },
  }));
  const sequence: TrajectoryItem[] = [
    { anyOrder: ['a', 'a', 'a', 'b'] },
    ...Array.from({ length: 40 }, (): TrajectoryItem => 'a'),
    { anyOrder: ['b', 'a'] },
  ];
  const bounded: TrajectoryItem[] = [{ atMost: Array.from({ length: 40 }, () => 'a') }, ...sequence];
  expect(matchTrajectory({ sequence, allowOthers: true }, made).pass).toBe(true);
  expect(matchTrajectory({ sequence: [...sequence, 'c'], allowOthers: true }, made).pass).toBe(false);
  expect(matchTrajectory({ sequence: bounded, allowOthers: true }, made).pass).toBe(true);
});
