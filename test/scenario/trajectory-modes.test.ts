/**
 * The modes in which other tools compare tool calls with a reference (strict, unordered, superset, subset, and the same
 * for arguments), each said as a trajectory.
 */
import { expect, test } from 'vitest';
import type { ToolCallPattern, Trajectory } from 'swarmcheck/testing';
import type { ComparedCall } from '../../src/scenario/align-calls.ts';
import { matchTrajectory } from '../../src/scenario/match-trajectory.ts';

type Call = readonly [tool: string, args: object];
/** The calls of each turn. */
type Turns = readonly (readonly Call[])[];
type Args = 'exact' | 'ignore' | 'superset' | 'subset' | ((args: object) => boolean);
type Mode = 'strict' | 'unordered' | 'superset' | 'subset';

/** The trajectory that compares tool calls with a reference in a mode. */
const trajectories: Record<Mode, (reference: readonly ToolCallPattern[][]) => Trajectory> = {
  strict: (turns) => turns.map((turnAnyOrder) => ({ turnAnyOrder })),
  unordered: (turns) => [{ anyOrder: turns.flat() }],
  superset: (turns) => ({ sequence: [{ anyOrder: turns.flat() }], allowOthers: true }),
  subset: (turns) => [{ atMost: turns.flat() }],
};

/** The pattern of a call whose arguments are compared in a mode. */
function patternOf([tool, args]: Call, mode: Args): ToolCallPattern {
  if (mode === 'ignore') return tool;
  if (mode === 'exact') return { tool, args };
  if (mode === 'superset') return { tool, argsContain: args };
  const fits = mode === 'subset' ? (given: object) => isPartOf(given, args) : mode;
  return { tool, args: expect.toSatisfy(fits) as object };
}

function isPartOf(part: object, whole: object): boolean {
  const entries: unknown[] = Object.entries(whole).map((entry) => JSON.stringify(entry));
  return Object.entries(part).every((entry) => entries.includes(JSON.stringify(entry)));
}

function callsOf(turns: Turns): ComparedCall[] {
  return turns.flatMap((calls, index) =>
    calls.map(([tool, args]) => ({ run: 1, turn: index + 1, tool, args })),
  );
}

const tide = (place: string): Call => ['read_tide', { place }];
const nobody = { unordered: false, superset: false, subset: false, strict: false };
const everybody = { unordered: true, superset: true, subset: true, strict: true };
const isOban = ({ place }: { place?: string }) => place === 'Oban' || place === 'OBN';
const sameHour = ({ at }: { at?: { from: string } }) => at?.from === '06:00';
const log: Call = ['log_visit', {}];
const search = (from: string): Call => ['find_ferry', { to: 'Mull', from }];
const rule = (topic: string, seat = 'any'): Call => [
  'read_rule',
  { topic, at: { from: '06:00', until: '09:00' }, seat },
];

interface Case {
  what: string;
  made: Turns;
  reference: Turns;
  /** How arguments are compared, by tool. Default: exactly. */
  args?: Record<string, Args>;
  matches: Record<Mode, boolean>;
}

const cases: Case[] = [
  { what: 'the same call', made: [[tide('Oban')]], reference: [[tide('Oban')]], matches: everybody },
  {
    what: 'parallel calls in another order',
    made: [[tide('Oban'), tide('Ullapool')]],
    reference: [[tide('Ullapool'), tide('Oban')]],
    matches: everybody,
  },
  {
    what: 'two turns in place of one',
    made: [[tide('Oban')], [tide('Ullapool')]],
    reference: [[tide('Ullapool'), tide('Oban')]],
    matches: { ...everybody, strict: false },
  },
  {
    what: 'one of two calls',
    made: [[tide('Oban')]],
    reference: [[tide('Ullapool'), tide('Oban')]],
    matches: { ...nobody, subset: true },
  },
  {
    what: 'another tool',
    made: [[tide('Oban')]],
    reference: [[['ask_harbour', { place: 'Oban' }]]],
    matches: nobody,
  },
  {
    what: 'a call too many, with arguments ignored',
    made: [[tide('Oban'), tide('Ullapool')]],
    reference: [[tide('both')]],
    args: { read_tide: 'ignore' },
    matches: { ...nobody, superset: true },
  },
  {
    what: 'a call too few, with arguments ignored',
    made: [[tide('both')]],
    reference: [[tide('Oban'), tide('Ullapool')]],
    args: { read_tide: 'ignore' },
    matches: { ...nobody, subset: true },
  },
  {
    what: 'another spelling that a function accepts',
    made: [[tide('OBN')]],
    reference: [[tide('Oban')]],
    args: { read_tide: isOban },
    matches: everybody,
  },
  {
    what: 'another tool, where a function compares the arguments of the first',
    made: [[tide('OBN')]],
    reference: [[['ask_harbour', { place: 'Oban' }]]],
    args: { read_tide: isOban },
    matches: nobody,
  },
  {
    what: 'a long conversation with a call too many, one tool compared loosely',
    made: [[log], [search('Oban')], [rule('bicycles'), rule('dogs')]],
    reference: [[log], [search('Oban')], [rule('prams')]],
    args: { read_rule: 'ignore' },
    matches: { ...nobody, superset: true },
  },
  {
    what: 'a nested field alone, compared by a function',
    made: [[log], [rule('bicycles'), rule('dogs', '4B')]],
    reference: [[log], [rule('prams'), rule('cats')]],
    args: { read_rule: sameHour },
    matches: everybody,
  },
];

const modes = ['strict', 'unordered', 'superset', 'subset'] as const;
test.for(cases.flatMap((one) => modes.map((mode) => [one.what, mode, one] as const)))(
  '%s, compared %s',
  ([, mode, { made, reference, args = {}, matches }]) => {
    const patterns = reference.map((turn) => turn.map((call) => patternOf(call, args[call[0]] ?? 'exact')));
    const { pass, lines } = matchTrajectory(trajectories[mode](patterns), callsOf(made));
    expect({ pass, lines }).toMatchObject({ pass: matches[mode] });
  },
);

const [full, short] = [{ ferry: 'MV 7', deck: 2 }, { ferry: 'MV 7' }];
const comparisons: [what: string, made: object, reference: object, matching: Args[]][] = [
  ['an argument too many', full, short, ['ignore', 'superset']],
  ['an argument too few', short, full, ['ignore', 'subset']],
  ['the same arguments', short, short, ['exact', 'ignore', 'superset', 'subset']],
];
const argsModes = ['exact', 'ignore', 'superset', 'subset'] as const;
test.for(comparisons.flatMap((one) => argsModes.map((mode) => [one[0], mode, one] as const)))(
  '%s, with arguments compared as %s',
  ([, mode, [, made, reference, matching]]) => {
    const trajectory = [patternOf(['find_ferry', reference], mode)];
    const { pass } = matchTrajectory(trajectory, callsOf([[['find_ferry', made]]]));
    expect(pass).toBe(matching.includes(mode));
  },
);
