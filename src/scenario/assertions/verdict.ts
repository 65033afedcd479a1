import type { TraceEvent } from '../../engine/run/events.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { trajectoryLines } from '../../trace/format.ts';
import { readArgs } from '../../engine/tools/read-args.ts';
import { findTrace, withoutTrace } from '../../trace/trace-of.ts';
import type { Trace } from '../../trace/trace.ts';
import { isMisfit } from '../../script/script-errors.ts';
import { equals } from '../equals.ts';
import type { ComparedCall } from '../align-calls.ts';
import { assertValidFields, takes, type Rules } from '../rules.ts';
import type { ScenarioRun } from '../scenario.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { fact, Sentence, sentence, type ErrorFacts } from '../../engine/values/error-facts.ts';
import { messageOf, UsageError } from '../../engine/values/engine-errors.ts';

/** Whether a statement about a trace holds, and the message for a test that expected otherwise. */
export interface Verdict {
  pass: boolean;
  /**
   * Says what the test expected and what the trace shows instead. If the statement holds, says that the test expected
   * it not to hold.
   */
  reason: () => string;
  /** The facts that the reason states, as fields for programs. */
  facts: Partial<ErrorFacts>;
  /** The event to look at first. */
  marked: TraceEvent | undefined;
  /** The reason, and the whole trajectory with the marked event. */
  message: () => string;
}

interface Parts {
  missing: string | Sentence;
  unwanted: string;
  details?: string[] | undefined;
  marked: TraceEvent | undefined;
}

export function verdict(
  trace: Trace,
  pass: boolean,
  { missing, unwanted, details = [], marked }: Parts,
): Verdict {
  const said = pass ? unwanted : missing;
  const reason = () => [messageOf(said), ...details].join('\n');
  const facts = said instanceof Sentence ? said.facts : {};
  return { pass, reason, facts, marked, message: () => `${reason()}\n${whatHappened(trace, marked)}` };
}

/** The whole trajectory, for the end of a message. */
export function whatHappened(trace: Trace, marked?: TraceEvent): string {
  const lines = trajectoryLines(trace, marked).map((line) => `  ${line}`);
  return ['What happened:', ...(lines.length === 0 ? ['    nothing'] : lines)].join('\n');
}

/**
 * The trace of the value under test. Throws a TypeError that names the matcher and the usual mistake if the value has
 * no trace, and an Error if the script of the run did not fit.
 */
export function traceBehind(source: unknown, matcher: string): Trace {
  const trace = findTrace(source);
  if (trace) {
    assertScriptFits(source);
    return trace;
  }
  throw new UsageError(
    sentence`${{ where: matcher }} takes ${{ expected: 'a ScenarioRun, a Trace, a Response of run() or a MockModel' }}, but was given ${fact({ given: valueWords(source) }, withoutTrace(source))}`,
  );
}

/**
 * A run whose script did not fit shows nothing: an assertion would hold, or fail, for the wrong reason. So this
 * function throws, which makes every assertion fail, with `.not` as well.
 */
function assertScriptFits(source: unknown): void {
  const { error, failures = [] } = source as Partial<ScenarioRun>;
  if (!Array.isArray(failures)) return;
  const misfit = [error, ...failures.map(({ cause }) => cause)].find(isMisfit);
  if (!misfit) return;
  const what = misfit.name.startsWith('Cassette') ? 'cassette' : 'script';
  // The cause is shown below the message, so the message does not repeat it.
  throw new Error(
    `The ${what} of this scenario does not fit, so nothing can be asserted about the run. The cause says why.`,
    { cause: misfit },
  );
}

export function toolResults(trace: Trace): Extract<TraceEvent, { type: 'tool-result' }>[] {
  return trace.events.filter((event) => event.type === 'tool-result');
}

export function runEnd(trace: Trace): TraceEvent | undefined {
  return trace.events.findLast(({ type }) => type === 'run-end');
}

/** The calls that an interrupted run left unanswered, for its caller to answer. */
export function pendingCallsIn(trace: Trace): ComparedCall[] {
  if (trace.outcome !== 'interrupted') return [];
  const answer = trace.events.findLast((event) => event.type === 'model-response');
  if (answer?.type !== 'model-response' || !('tool_calls' in answer.message)) return [];
  const { run, turn } = answer;
  return (answer.message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ run, turn, tool: call.function.name, args: readArgs(call.function.arguments) }]
      : [],
  );
}

/**
 * Throws a TypeError if a matcher was given nothing to look for, or something that cannot exist, because the test
 * could then pass whatever happened.
 */
export function assertValidGiven<Fields extends string>(
  matcher: string,
  given: object,
  rules: Rules<Fields>,
  mayBeEmpty = false,
): void {
  const fields = Object.keys(rules) as Fields[];
  if (!isPlainObject(given)) throw takes(matcher, [`{ ${fields.join(', ')} }`, isPlainObject], given);
  assertValidFields(given, rules, matcher, 'has no');
  if (!mayBeEmpty && fields.every((field) => given[field] === undefined)) {
    throw new UsageError(
      sentence`${{ where: matcher }} was given nothing to check. Give it at least one of ${{ known: fields }}.`,
    );
  }
}

/** Whether a text contains a string, matches a pattern, or satisfies an asymmetric matcher. */
export function includesText(expected: unknown, text: string): boolean {
  if (typeof expected === 'string') return text.includes(expected);
  return expected instanceof RegExp ? matches(expected, text) : equals(expected, text);
}

/**
 * Whether a text matches a RegExp. `search` ignores `lastIndex`, which a global RegExp keeps from one call to the
 * next.
 */
export function matches(expression: RegExp, text: string): boolean {
  return text.search(expression) >= 0;
}
