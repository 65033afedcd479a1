import { valueWords } from '../engine/schema-problems.ts';
import type { Outcome, ToolErrorKind, TraceEvent } from '../engine/events.ts';
import { isAgent, type ContextVariables } from '../engine/agent.ts';
import { setOwn } from '../engine/copy.ts';
import { lineDiff } from '../trace/difference.ts';
import { callText, textOf, trajectoryLines } from '../trace/format.ts';
import { findTrace } from '../trace/trace-of.ts';
import type { Trace } from '../trace/trace.ts';
import { contains, equals, firstMismatch, show } from './equals.ts';
import { fits, matchTrajectory, type ComparedCall, type Trajectory } from './trajectory.ts';

/** Whether a statement about a trace holds, and the message for the reader who expected otherwise. */
export interface Verdict {
  pass: boolean;
  /** Says what was expected and what happened; where the statement holds, that it should not have. */
  message: () => string;
}

/** What the model is shown in a request. Strings are substrings; `tools` are all of them, in any order. */
export interface SeenPattern {
  agent?: string;
  instructions?: string | RegExp;
  tools?: string[];
  message?: string | RegExp;
}

/** A call was made, with exactly these arguments if any are given. */
export function calledTool(source: unknown, tool: string, args?: unknown): Verdict {
  const trace = traceBehind(source);
  const pattern = args === undefined ? tool : { tool, args: args as object };
  const found = toolResults(trace).find((call) => fits(pattern, call));
  const wanted = args === undefined ? `a call of ${tool}` : `the call ${callText(tool, show(args), 200)}`;
  return verdict(trace, found !== undefined, {
    missing: `Expected ${wanted}, but ${describeCallsOf(trace, tool)}`,
    unwanted: `Expected no ${wanted.replace(/^(a|the) /, '')}, but there was one.`,
    marked: found ?? firstEventOf(trace, tool),
    details: found || args === undefined ? [] : argumentDiff(trace, tool, args),
  });
}

/** The calls are as a trajectory says. */
export function hasToolCalls(source: unknown, trajectory: Trajectory): Verdict {
  const trace = traceBehind(source);
  const answered = toolResults(trace);
  const { pass, lines, departure } = matchTrajectory(trajectory, [...answered, ...pendingCalls(trace)]);
  return verdict(trace, pass, {
    missing: 'The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):',
    unwanted: 'The tool calls are exactly what they should not be:',
    details: lines.map((line) => `  ${line}`),
    // What is missing at the end was due where the run stopped; what is pending never began.
    marked: (departure === undefined ? undefined : answered[departure]) ?? runEnd(trace),
  });
}

/** A tool answered with this text, this pattern, or this value as JSON. */
export function hasToolResult(source: unknown, tool: string, content: unknown): Verdict {
  const trace = traceBehind(source);
  const results = toolResults(trace).filter((call) => call.tool === tool);
  const found = results.find((call) => fitsContent(content, call.content));
  const answers = results.map((call) => show(call.content)).join(', ');
  return verdict(trace, found !== undefined, {
    missing: `Expected ${tool} to answer ${show(content)}, but ${results.length === 0 ? describeCallsOf(trace, tool) : `it answered ${answers}.`}`,
    unwanted: `Expected ${tool} not to answer ${show(content)}, but it did.`,
    details: !found && results.length === 1 && typeof content === 'string' ? [lineDiff(content, results[0]!.content)] : [],
    marked: found ?? firstEventOf(trace, tool),
  });
}

/** Agents were active in this order, the starting one first. */
export function hasAgents(source: unknown, agents: readonly string[]): Verdict {
  const trace = traceBehind(source);
  const { agents: actual } = trace;
  const index = actual.findIndex((name, place) => name !== agents[place]);
  // The n-th agent became active by the n-th handoff that was a change.
  const changes = trace.events.filter((event) => event.type === 'handoff' && event.from !== event.to);
  return verdict(trace, equals(agents, actual), {
    missing: `Expected the agents ${arrows(agents)}, but they were ${arrows(actual)}.`,
    unwanted: `Expected the agents not to be ${arrows(agents)}, but they were.`,
    marked: index > 0 ? changes[index - 1] : index === 0 ? trace.events[0] : runEnd(trace),
  });
}

/** A call was answered with an error of this kind, and its run went on to complete. */
export function recoveredFrom(source: unknown, error: { tool?: string; kind?: ToolErrorKind; content?: string | RegExp }): Verdict {
  const trace = traceBehind(source);
  const { tool, kind, content } = error;
  const errors = toolResults(trace).filter((call) => call.error !== undefined);
  const fitting = errors.filter(
    (call) =>
      (tool === undefined || call.tool === tool) &&
      (kind === undefined || call.error === kind) &&
      (content === undefined || includesText(content, call.content)),
  );
  const completed = new Set(trace.events.flatMap((event) => (event.type === 'run-end' && event.outcome === 'completed' ? [event.run] : [])));
  const found = fitting.find((call) => completed.has(call.run));
  const wanted = ['an error', kind && `of kind ${kind}`, tool && `of the tool ${tool}`, content !== undefined && `with ${show(content)}`].filter(Boolean).join(' ');
  const kinds = errors.map((call) => `${call.error} (${callText(call.tool, call.args, 60)})`).join(', ');
  const problem =
    fitting.length > 0
      ? `the run did not complete: it ended with ${trace.outcome}.`
      : errors.length === 0
        ? 'no tool call was answered with an error.'
        : `the errors were ${kinds}.`;
  return verdict(trace, found !== undefined, {
    missing: `Expected the run to recover from ${wanted}, but ${problem}`,
    unwanted: `Expected no recovery from ${wanted}, but there was one.`,
    marked: found ?? (fitting[0] ? runEnd(trace) : errors[0]),
  });
}

/** The last run ended for this reason. */
export function stoppedBecause(source: unknown, reason: Outcome): Verdict {
  const trace = traceBehind(source);
  return verdict(trace, trace.outcome === reason, {
    missing: `Expected the run to end with ${reason}, but it ended with ${trace.outcome}.`,
    unwanted: `Expected the run not to end with ${reason}, but it did.`,
    marked: runEnd(trace),
  });
}

/** The run was interrupted before its tools, with these calls pending. */
export function interrupted(source: unknown, pending?: { pending: Trajectory }): Verdict {
  const trace = traceBehind(source);
  const calls = pendingCalls(trace);
  const wasInterrupted = trace.outcome === 'interrupted';
  const match = pending && wasInterrupted ? matchTrajectory(pending.pending, calls) : undefined;
  return verdict(trace, wasInterrupted && (match?.pass ?? true), {
    missing: wasInterrupted ? 'The pending tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):' : `Expected the run to be interrupted, but it ended with ${trace.outcome}. Did the run have executeTools: false?`,
    unwanted: 'Expected the run not to be interrupted, but it was.',
    details: match?.lines.map((line) => `  ${line}`),
    marked: runEnd(trace),
  });
}

/** At the end the context holds these variables, others aside. */
export function containsContextVariables(source: unknown, subset: object): Verdict {
  const trace = traceBehind(source);
  const actual = contextVariablesOf(source, trace);
  const found = firstMismatch(subset, actual, true);
  return verdict(trace, found === undefined, {
    missing: found ? `Expected the context variable ${found.path} to be ${show(found.expected)}, but it is ${show(found.actual)}. All of them: ${show(actual)}.` : '',
    unwanted: `Expected the context variables not to contain ${show(subset)}, but they do.`,
    marked: trace.events.findLast(({ type }) => type === 'context-change'),
  });
}

/** Some request showed the model all of this. */
export function hasSeen(source: unknown, seen: SeenPattern): Verdict {
  const trace = traceBehind(source);
  const tests: [string, (request: Trace['requests'][number]) => boolean][] = [];
  const { agent, instructions, tools, message } = seen;
  if (agent !== undefined) tests.push([`agent ${show(agent)}`, (item) => item.agent === agent]);
  if (instructions !== undefined) tests.push([`instructions with ${show(instructions)}`, (item) => includesText(instructions, instructionsOf(item))]);
  if (tools !== undefined) tests.push([`exactly the tools ${tools.join(', ') || '(none)'}`, (item) => equals(tools.toSorted(), toolNamesOf(item).toSorted())]);
  if (message !== undefined) tests.push([`a message with ${show(message)}`, (item) => item.request.messages.slice(1).some(({ content }) => includesText(message, textOf(content)))]);
  const { requests } = trace;
  const found = requests.find((item) => tests.every(([, test]) => test(item)));
  const nearest = requests.toSorted((left, right) => passed(tests, right) - passed(tests, left))[0];
  return verdict(trace, found !== undefined, {
    missing: `Expected a request that shows the model ${tests.map(([words]) => words).join(', ')}, but ${nearest ? `none of ${requests.length} does. The nearest, of ${nearest.agent} in turn ${nearest.turn}:` : 'the model was never asked.'}`,
    unwanted: `Expected no request that shows the model ${tests.map(([words]) => words).join(', ')}, but there is one.`,
    details: nearest && !found ? nearestRequest(nearest, tests) : [],
    marked: undefined,
  });
}

/** Both traces have the same hash. */
export function sameTrace(source: unknown, other: unknown): Verdict {
  const [left, right] = [traceBehind(source), traceBehind(other)];
  const same = left.hash === right.hash;
  const difference = same ? undefined : left.diff(right);
  return {
    pass: same,
    message: () => (same ? 'Expected the traces to differ, but they are the same.' : `Expected the same trace.\n${difference?.text ?? `${left.hash} is not ${right.hash}`}`),
  };
}

/** The last text of an assistant has this in it. */
export function endsWithText(source: unknown, text: string): Verdict {
  const trace = traceBehind(source);
  const answer = trace.events.findLast((event) => event.type === 'model-response' && textOf(event.message.content) !== '');
  const said = answer?.type === 'model-response' ? textOf(answer.message.content) : undefined;
  return verdict(trace, said?.includes(text) === true, {
    missing: `Expected the final message to contain ${show(text)}, but ${said === undefined ? 'no agent said anything' : `it is ${show(said)}`}.`,
    unwanted: `Expected the final message not to contain ${show(text)}, but it is ${show(said)}.`,
    marked: answer,
  });
}

interface Parts {
  missing: string;
  unwanted: string;
  details?: string[] | undefined;
  /** Where to look first. */
  marked: TraceEvent | undefined;
}

function verdict(trace: Trace, pass: boolean, { missing, unwanted, details = [], marked }: Parts): Verdict {
  const message = () =>
    [pass ? unwanted : missing, ...(pass ? [] : details), 'What happened:', ...trajectoryLines(trace, marked).map((line) => `  ${line}`)].join('\n');
  return { pass, message };
}

/** The trace of what is judged; a TypeError that names the usual mistake where there is none. */
function traceBehind(source: unknown): Trace {
  const trace = findTrace(source);
  if (trace) return trace;
  const advice = source instanceof Promise ? ' It is a promise: is an "await" missing?' : isAgent(source) ? ' An agent has done nothing yet: run it first.' : '';
  throw new TypeError(`This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given ${valueWords(source)}.${advice}`);
}

function arrows(agents: readonly string[]): string {
  return agents.length === 0 ? '(none)' : agents.join(' → ');
}

/** The calls an interrupted run has left to its caller. */
function pendingCalls(trace: Trace): ComparedCall[] {
  if (trace.outcome !== 'interrupted') return [];
  const answer = trace.events.findLast((event) => event.type === 'model-response');
  if (answer?.type !== 'model-response' || !('tool_calls' in answer.message)) return [];
  const { run, turn } = answer;
  return (answer.message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [{ run, turn, tool: call.function.name, args: parsed(call.function.arguments) }] : [],
  );
}

function parsed(raw: string): unknown {
  try {
    return raw.trim() === '' ? {} : (JSON.parse(raw) as unknown);
  } catch {
    return raw;
  }
}

function describeCallsOf(trace: Trace, tool: string): string {
  const results = toolResults(trace);
  const calls = results.filter((call) => call.tool === tool);
  if (calls.length > 0) return `it was called as ${calls.map((call) => callText(call.tool, call.args)).join(', ')}.`;
  const others = [...new Set(results.map((call) => call.tool))];
  return others.length === 0 ? 'no tool was called.' : `it was not called. Called were: ${others.join(', ')}.`;
}

function argumentDiff(trace: Trace, tool: string, args: unknown): string[] {
  const calls = toolResults(trace).filter((call) => call.tool === tool);
  const found = calls.length === 1 ? firstMismatch(args, calls[0]!.args, false) : undefined;
  return found ? [`  ${found.path === '' ? 'the arguments' : `"${found.path}"`}: expected ${show(found.expected)}, was ${show(found.actual)}`] : [];
}

function firstEventOf(trace: Trace, tool: string): TraceEvent | undefined {
  return toolResults(trace).find((event) => event.tool === tool) ?? runEnd(trace);
}

function toolResults(trace: Trace): Extract<TraceEvent, { type: 'tool-result' }>[] {
  return trace.events.filter((event) => event.type === 'tool-result');
}

function runEnd(trace: Trace): TraceEvent | undefined {
  return trace.events.findLast(({ type }) => type === 'run-end');
}

function fitsContent(expected: unknown, content: string): boolean {
  if (typeof expected === 'string') return expected === content;
  if (expected instanceof RegExp) return matches(expected, content);
  return equals(expected, content) || equals(expected, parsed(content));
}

function includesText(expected: string | RegExp, text: string): boolean {
  return typeof expected === 'string' ? text.includes(expected) : matches(expected, text);
}

/** Without the memory that a global expression keeps between tests. */
function matches(expression: RegExp, text: string): boolean {
  return text.search(expression) >= 0;
}

function instructionsOf({ request }: Trace['requests'][number]): string {
  return textOf(request.messages[0]?.content);
}

function toolNamesOf({ request }: Trace['requests'][number]): string[] {
  return (request.tools ?? []).map((tool) => tool.function.name);
}

function passed(tests: [string, (request: Trace['requests'][number]) => boolean][], item: Trace['requests'][number]): number {
  return tests.filter(([, test]) => test(item)).length;
}

function nearestRequest(item: Trace['requests'][number], tests: [string, (request: Trace['requests'][number]) => boolean][]): string[] {
  return [
    ...tests.map(([words, test]) => `  ${test(item) ? '✓' : '✗'} ${words}`),
    `  instructions: ${show(instructionsOf(item))}`,
    `  tools: ${toolNamesOf(item).join(', ') || '(none)'}`,
  ];
}

/** The context at the end: the real one where there is a response, else as the trace tells it. */
function contextVariablesOf(source: unknown, trace: Trace): ContextVariables {
  const holder = source as { contextVariables?: ContextVariables; response?: { contextVariables?: ContextVariables } };
  const real = holder.response?.contextVariables ?? holder.contextVariables;
  if (real) return real;
  let context: ContextVariables = {};
  for (const event of trace.events) {
    if (event.type === 'run-start') context = { ...event.contextVariables };
    if (event.type !== 'context-change') continue;
    for (const [name, value] of Object.entries(event.set)) setOwn(context, name, value);
    for (const name of event.deleted) delete context[name];
  }
  return context;
}
