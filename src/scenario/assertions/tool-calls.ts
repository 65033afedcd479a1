import { suggested } from '../../engine/values/did-you-mean.ts';
import type { ToolErrorKind, TraceEvent } from '../../engine/run/events.ts';
import { lineDiff } from '../../trace/difference.ts';
import { callText } from '../../trace/format.ts';
import { readArgs } from '../../engine/tools/read-args.ts';
import type { Trace } from '../../trace/trace.ts';
import { equals, firstMismatch, show } from '../equals.ts';
import { matchTrajectory } from '../match-trajectory.ts';
import { isName, isText, nameHint, takes, textRule, type Rules } from '../rules.ts';
import { toolsIn, trajectoryRule, type Trajectory } from '../trajectory.ts';
import { assertNoMisspeltTool, isToolOf, unknownTools } from './tool-names.ts';
import {
  assertValidGiven,
  includesText,
  matches,
  pendingCallsIn,
  runEnd,
  toolResults,
  traceBehind,
  verdict,
  type Verdict,
} from './verdict.ts';
import { fact, sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/** Whether a tool was called, with exactly these arguments if any are given. */
export function calledTool(source: unknown, tool: string, args?: unknown): Verdict {
  const trace = traceBehind(source, 'toHaveCalledTool');
  assertToolFirst('toHaveCalledTool', 'its arguments', tool, args);
  const found = toolResults(trace).find(
    (call) => equals(tool, call.tool) && (args === undefined || equals(args, call.args)),
  );
  if (!found) assertNoMisspeltTool(trace, [tool]);
  const name = nameOf(tool);
  const wanted = args === undefined ? `a call of ${name}` : `the call ${callText(name, show(args), 200)}`;
  return verdict(trace, found !== undefined, {
    missing: `Expected ${wanted}, but ${describeCallsOf(trace, tool)}`,
    unwanted: `Expected no ${wanted.replace(/^(a|the) /, '')}, but there was one.`,
    marked: found ?? firstEventOf(trace, tool),
    details: found || args === undefined ? [] : argumentDiff(trace, tool, args),
  });
}

/** Whether the tool calls match a trajectory. */
export function hasToolCalls(source: unknown, trajectory: Trajectory): Verdict {
  const trace = traceBehind(source, 'toHaveToolCalls');
  if (!trajectoryRule[1](trajectory)) throw takes('toHaveToolCalls', trajectoryRule, trajectory);
  const { expected, others } = toolsIn(trajectory);
  assertNoMisspeltTool(trace, [...expected, ...others]);
  const answered = toolResults(trace);
  const { pass, lines, departure } = matchTrajectory(trajectory, [...answered, ...pendingCallsIn(trace)]);
  return verdict(trace, pass, {
    missing: 'The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):',
    unwanted: 'The tool calls match the trajectory, but should not:',
    details: [...lines.map((line) => `  ${line}`), ...unknownTools(trace, expected)],
    // Mark the end of the run for calls that are missing at the end, and for pending calls, which have no event.
    marked: (departure === undefined ? undefined : answered[departure]) ?? runEnd(trace),
  });
}

/** Whether a tool answered with this text, this pattern, or this value as JSON. */
export function hasToolResult(source: unknown, tool: string, content: unknown): Verdict {
  const trace = traceBehind(source, 'toHaveToolResult');
  const order = 'the expected result';
  assertToolFirst('toHaveToolResult', order, tool, content);
  if (content === undefined)
    throw new UsageError(
      sentence`${{ where: 'toHaveToolResult' }} takes the tool's name first, then ${order}, but ${order} is ${{ given: 'undefined' }}.`,
    );
  if (typeof content === 'string' && !isToolOf(trace, tool) && isToolOf(trace, content)) {
    throw new UsageError(
      sentence`${{ where: 'toHaveToolResult' }} takes the tool's name first, then ${order}. ${fact({ tool: content }, show(content))} is a tool, but ${fact({ given: tool }, show(tool))} is not: are the arguments in the wrong order?`,
    );
  }
  const result = answeredAs(trace, { tool, content });
  if (!result.found && !toolResults(trace).some((call) => equals(tool, call.tool)))
    assertNoMisspeltTool(trace, [tool]);
  return result;
}

/** A tool result to look for: the whole content as in `toHaveToolResult`, or a part of it. */
export type ExpectedResult = { tool: string; content: unknown } | { tool: string; contentContains: string };

/** Whether tools answered like this, in this order; other results may come in between. */
export function hasToolResults({ trace }: { trace: Trace }, expected: readonly ExpectedResult[]): Verdict {
  let result: Answered | undefined;
  for (const one of expected) {
    result = answeredAs(trace, one, result?.found);
    if (!result.found) break;
  }
  return result!;
}

interface Answered extends Verdict {
  found: ToolResult | undefined;
}

/** Whether a tool answered like this after the result `after`, or at all. */
function answeredAs(trace: Trace, wanted: ExpectedResult, after?: ToolResult): Answered {
  const { tool } = wanted;
  const part = 'contentContains' in wanted ? wanted.contentContains : undefined;
  const content = 'content' in wanted ? wanted.content : undefined;
  const all = toolResults(trace);
  const results = all.filter((call) => equals(tool, call.tool));
  const fitting = results.filter((call) =>
    part === undefined ? fitsContent(content, call.content) : call.content.includes(part),
  );
  const found = fitting.find((call) => after === undefined || all.indexOf(call) > all.indexOf(after));
  const words = part === undefined ? show(content) : `a text containing ${show(part)}`;
  const answers = results.map((call) => show(call.content)).join(', ');
  const problem =
    after !== undefined && fitting.length > 0
      ? `it did so only before ${after.tool} answered ${show(after.content)}.`
      : results.length === 0
        ? describeCallsOf(trace, tool)
        : `it answered ${answers}.`;
  const isDiffed = !found && fitting.length === 0 && results.length === 1 && typeof content === 'string';
  return {
    found,
    ...verdict(trace, found !== undefined, {
      missing: `Expected ${nameOf(tool)} to answer ${words}, but ${problem}`,
      unwanted: `Expected ${nameOf(tool)} not to answer ${words}, but it did.`,
      details: isDiffed ? [lineDiff(content, results[0]!.content)] : [],
      marked: found ?? fitting[0] ?? firstEventOf(trace, tool),
    }),
  };
}

type ToolResult = Extract<TraceEvent, { type: 'tool-result' }>;

/** The kinds of tool failures. */
export const errorKinds: readonly ToolErrorKind[] = [
  'unknown-tool',
  'invalid-json',
  'invalid-arguments',
  'threw',
  'not-serializable',
];

const errorRules: Rules<'tool' | 'kind' | 'content'> = {
  tool: ["a tool's name", isName, nameHint],
  kind: ['a kind of error', isName],
  content: textRule,
};

/** Whether a call was answered with an error of this kind, and its run still completed. */
export function recoveredFrom(
  source: unknown,
  error: { tool?: string; kind?: ToolErrorKind; content?: string | RegExp },
): Verdict {
  const trace = traceBehind(source, 'toHaveRecoveredFrom');
  // An empty object means any error.
  assertValidGiven('toHaveRecoveredFrom', error, errorRules, true);
  const { tool, kind, content } = error;
  if (typeof kind === 'string' && !errorKinds.includes(kind)) {
    throw new UsageError(
      sentence`${{ where: 'toHaveRecoveredFrom' }} was given the unknown ${{ field: 'kind' }} "${{ given: kind }}".${suggested(kind, errorKinds)} Known kinds: ${{ known: errorKinds }}.`,
    );
  }
  const errors = toolResults(trace).filter((call) => call.error !== undefined);
  const fitting = errors.filter(
    (call) =>
      (tool === undefined || equals(tool, call.tool)) &&
      (kind === undefined || equals(kind, call.error)) &&
      (content === undefined || includesText(content, call.content)),
  );
  const ends = trace.events.filter((event) => event.type === 'run-end');
  const endOf = (call: { run: number }) => ends.find(({ run }) => run === call.run);
  const found = fitting.find((call) => endOf(call)?.outcome === 'completed');
  if (!found) assertNoMisspeltTool(trace, [tool]);
  const wanted = [
    'an error',
    kind !== undefined && `of kind ${nameOf(kind)}`,
    tool !== undefined && `of the tool ${nameOf(tool)}`,
    content !== undefined && `with ${show(content)}`,
  ]
    .filter(Boolean)
    .join(' ');
  const kinds = errors.map((call) => `${call.error} (${callText(call.tool, call.args, 60)})`).join(', ');
  const problem =
    fitting.length > 0
      ? `its run did not complete: it ended with ${fitting.map((call) => endOf(call)?.outcome).join(', ')}.`
      : errors.length === 0
        ? 'no tool call was answered with an error.'
        : `the errors were ${kinds}.`;
  return verdict(trace, found !== undefined, {
    missing: `Expected the run to recover from ${wanted}, but ${[problem, ...unknownTools(trace, [tool])].join(' ')}`,
    unwanted: `Expected the run not to recover from ${wanted}, but it did.`,
    marked: found ?? (fitting[0] ? endOf(fitting[0]) : errors[0]),
  });
}

const pendingRules: Rules<'pending'> = { pending: trajectoryRule };

/** Whether the run was interrupted before its tools, with these calls pending. */
export function interrupted(source: unknown, pending?: { pending: Trajectory }): Verdict {
  const trace = traceBehind(source, 'toBeInterrupted');
  const calls = pendingCallsIn(trace);
  const wasInterrupted = trace.outcome === 'interrupted';
  // Validate `pending` even if the run was not interrupted, because a malformed trajectory is a mistake whatever
  // happened.
  if (pending !== undefined) assertValidGiven('toBeInterrupted', pending, pendingRules);
  const match = pending && matchTrajectory(pending.pending, calls);
  const { expected, others } = pending ? toolsIn(pending.pending) : { expected: [], others: [] };
  assertNoMisspeltTool(trace, [...expected, ...others]);
  return verdict(trace, wasInterrupted && (match?.pass ?? true), {
    missing: wasInterrupted
      ? 'The pending tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):'
      : `Expected the run to be interrupted, but it ended with ${trace.outcome}. Did the run have executeTools: false?`,
    unwanted: 'Expected the run not to be interrupted, but it was.',
    details: [
      ...((wasInterrupted && match?.lines.map((line) => `  ${line}`)) || []),
      ...unknownTools(trace, expected),
    ],
    marked: runEnd(trace),
  });
}

/** Throws a TypeError if the first argument is not a tool's name. */
function assertToolFirst(matcher: string, then: string, tool: unknown, second: unknown): void {
  if (isName(tool)) return;
  const { tool: named, name = named } = (tool ?? {}) as { tool?: unknown; name?: unknown };
  const hint = () => {
    if (isText(second)) return ' Are the arguments in the wrong order?';
    return isText(name) && name !== '' ? ` Write ${matcher}(${JSON.stringify(name)}, …).` : '';
  };
  throw takes(matcher, [`the tool's name first, then ${then}`, isName, hint], tool, ' first');
}

function describeCallsOf(trace: Trace, tool: string): string {
  const results = toolResults(trace);
  const calls = results.filter((call) => equals(tool, call.tool));
  if (calls.length > 0)
    return `the tool was called as ${calls.map((call) => callText(call.tool, call.args)).join(', ')}.`;
  const others = [...new Set(results.map((call) => call.tool))];
  const [unknown] = unknownTools(trace, [tool]);
  if (others.length === 0) return `no tool was called.${unknown ? ` ${unknown}` : ''}`;
  return `the tool was not called. ${unknown ?? `The tools that were called: ${others.join(', ')}.`}`;
}

function argumentDiff(trace: Trace, tool: string, args: unknown): string[] {
  const calls = toolResults(trace).filter((call) => equals(tool, call.tool));
  const found = calls.length === 1 ? firstMismatch(args, calls[0]!.args, false) : undefined;
  return found
    ? [
        `  ${found.path === '' ? 'the arguments' : `"${found.path}"`}: expected ${show(found.expected)}, was ${show(found.actual)}`,
      ]
    : [];
}

function firstEventOf(trace: Trace, tool: string): TraceEvent | undefined {
  return toolResults(trace).find((event) => equals(tool, event.tool)) ?? runEnd(trace);
}

/** A name unchanged, or the name of an asymmetric matcher. */
function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : show(name);
}

function fitsContent(expected: unknown, content: string): boolean {
  if (typeof expected === 'string') return expected === content;
  if (expected instanceof RegExp) return matches(expected, content);
  return equals(expected, content) || equals(expected, readArgs(content));
}
