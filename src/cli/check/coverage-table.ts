import type { Coverage } from '../../property/coverage.ts';
import { callsOf } from '../../property/coverage-words.ts';
import { printable } from '../../report/printable.ts';

/**
 * The gaps of a check: a table of the calls of each tool, and a sentence for each gap. No lines if everything was
 * reached.
 */
export function coverageLines({ tools, missing }: Coverage): string[] {
  if (missing.length === 0) return [];
  const kinds = [...new Set(tools.flatMap(({ errors }) => Object.keys(errors)))].toSorted();
  const rows = tools.map((one) => [
    printable(`${one.agent} · ${one.tool}`).replaceAll(/\s+/g, ' '),
    String(callsOf(one)),
    String(one.ok),
    ...kinds.map((kind) => String(one.errors[kind] ?? 0)),
  ]);
  const all = rows.length === 0 ? [] : [['agent · tool', 'calls', 'ok', ...kinds], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return [
    ...all.map((row) => row.map((cell, column) => aligned(cell, column, widths[column]!)).join('  ')),
    ...missing.map(printable),
  ];
}

/** Names to the left, numbers to the right. */
function aligned(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
