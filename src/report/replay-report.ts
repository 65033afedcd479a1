import { countOf } from '../engine/values/count-of.ts';
import type { Drift } from '../cassette/cassette-errors.ts';
import type { CassetteSummary } from '../cassette/session-settings.ts';
import { driftText } from '../cassette/match/words.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** The result of replaying a cassette. */
export interface ReplayedCassette {
  /** Relative to the working directory. */
  file: string;
  /** not-checked: the cassette was not replayed, for example because it belongs to a test, which checks it. */
  status: 'exact' | 'drifted' | 'broken' | 'not-checked';
  /** Counts of interactions; all 0 for a cassette that was not played. */
  summary: CassetteSummary;
  /** The parts of requests that differ from the recording. */
  drift: readonly Drift[];
  /** Other problems, or why the cassette was not checked, as sentences. */
  problems: readonly string[];
  /** The command that records the cassette again. */
  again?: string | undefined;
}

const colours = { exact: 'green', drifted: 'red', broken: 'red', 'not-checked': 'dim' } as const;
const marks = { exact: '✓', drifted: '✗', broken: '✗', 'not-checked': '-' } as const;

/** One line for a cassette, with its problems on the lines below. */
export function replayedText(
  { file, status, summary, drift, problems, again }: ReplayedCassette,
  style: Style,
): string {
  const colour = colours[status];
  const { served, unused } = summary;
  const stories = {
    exact: `exact, ${countOf(served, 'interaction')}`,
    drifted: `drifted, ${served} of ${countOf(served + unused, 'interaction')} served`,
    broken: 'broken',
    'not-checked': `not checked. ${problems.join(' ')}`,
  };
  const told = status === 'not-checked' ? [] : [...drift.map(driftText), ...problems];
  const lines = told.flatMap((text) => text.split('\n'));
  if (status === 'drifted' && again !== undefined)
    lines.push(`If the change is intended, record again: ${again}`);
  return [
    `${style(colour, marks[status])} ${printable(file)}  ${style('dim', printable(stories[status]))}`,
    ...lines.map((line) => `    ${printable(line)}`),
  ].join('\n');
}

/** The last line: how many cassettes have each status, and the totals of their interactions. */
export function replaySummaryText(replayed: readonly ReplayedCassette[], style: Style): string {
  const parts = statuses.flatMap((status) => {
    const count = replayed.filter((cassette) => cassette.status === status).length;
    if (count === 0 && status !== 'exact') return [];
    return [style(colours[status], `${count} ${status === 'not-checked' ? 'not checked' : status}`)];
  });
  const { served, exact, drifted, unused } = totalOf(replayed);
  return `${style('bold', countOf(replayed.length, 'cassette'))}: ${parts.join(', ')} (interactions: ${served} served, ${exact} exact, ${drifted} drifted, ${unused} unused)`;
}

/** The report as one JSON document, version 1. */
export function replayJson(replayed: readonly ReplayedCassette[]): object {
  const count = (status: ReplayedCassette['status']) =>
    replayed.filter((cassette) => cassette.status === status).length;
  return {
    version: 1,
    exact: count('exact'),
    drifted: count('drifted'),
    broken: count('broken'),
    notChecked: count('not-checked'),
    interactions: totalOf(replayed),
    cassettes: replayed.map(({ file, status, summary, drift, problems, again }) => ({
      file,
      status,
      interactions: summary,
      drift,
      problems,
      ...(status === 'drifted' && again !== undefined && { again }),
    })),
  };
}

const statuses = ['exact', 'drifted', 'broken', 'not-checked'] as const;

function totalOf(replayed: readonly ReplayedCassette[]): CassetteSummary {
  const total = { served: 0, exact: 0, drifted: 0, unused: 0 };
  for (const { summary } of replayed) {
    for (const key of ['served', 'exact', 'drifted', 'unused'] as const) total[key] += summary[key];
  }
  return total;
}
