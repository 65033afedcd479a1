import { countOf } from '../../engine/values/count-of.ts';
import type { CheckReport } from '../../property/check-agent/check-agent.ts';
import type { CheckFailure } from '../../property/check-agent/check-failed-error.ts';
import { printable } from '../../report/printable.ts';
import type { Style } from '../../report/style.ts';
import { coverageLines } from './coverage-table.ts';

/** The outcome of a check. */
export type CheckResult = { name: string; uncaught: readonly string[] } & (
  | { passed: true; report: CheckReport; of: number; path: string | undefined }
  | { passed: false; runs: number; failure: CheckFailure & Error }
);

/**
 * The outcome as text for people. If no invariant was broken: a line that says so, then in how many runs each entry
 * of `sometimes` was true, and the gaps of the coverage. If one was broken: the failure, as tests show it. Uncaught errors follow.
 */
export function outcomeText(outcome: CheckResult, style: Style): string {
  const { uncaught } = outcome;
  const name = printable(outcome.name);
  const failed = `${style('red', '✗')} ${name}  `;
  const beside = uncaught.map((message) => printable(message));
  if (!outcome.passed) return [failed + printable(outcome.failure.message), ...beside].join('\n');
  const { report, of, path } = outcome;
  const { runs, seed, saved, sometimes, coverage } = report;
  const found = beside.length === 0 ? 'no invariant was broken' : 'no invariant was broken, but:';
  const count = runs < of ? `${runs} of ${of} runs` : countOf(runs, 'run');
  const which = `${count}, seed ${seed}${path === undefined ? '' : `, path ${path}`}`;
  return [
    `${beside.length === 0 ? `${style('green', '✓')} ${name}  ` : failed}${style('dim', `${which}: ${found}`)}`,
    ...(saved === 0
      ? []
      : [
          `  ${countOf(saved, 'saved failure')} played first: ${saved === 1 ? 'it no longer fails' : 'they no longer fail'}`,
        ]),
    ...(path === undefined ? Object.entries(sometimes) : []).map(
      ([what, times]) => `  ${printable(what)}: in ${countOf(times, 'run')}`,
    ),
    // One script reaches little.
    ...(path === undefined ? coverageLines(coverage) : []).map((line) => `  ${line}`),
    ...beside.map((message) => `  ${message}`),
  ].join('\n');
}

/** The outcome as a JSON document, version 1. */
export function outcomeJson(outcome: CheckResult): object {
  const { name, uncaught } = outcome;
  const beside = uncaught.length === 0 ? {} : { uncaught };
  if (outcome.passed) {
    return { version: 1, name, passed: uncaught.length === 0, ...outcome.report, ...beside };
  }
  const { invariant, message, seed, path, steps, source, file } = outcome.failure;
  const failure = { invariant, message, seed, path, steps, source, file };
  return { version: 1, name, passed: false, runs: outcome.runs, seed, failure, ...beside };
}
