import type { ContextVariables } from '../../engine/tools/agent.ts';
import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { suggested } from '../../engine/values/did-you-mean.ts';
import type { Outcome } from '../../engine/run/events.ts';
import { textOf } from '../../trace/format.ts';
import type { Trace } from '../../trace/trace.ts';
import { readArgs } from '../../engine/tools/read-args.ts';
import { equals, firstMismatch, isAsymmetric, show } from '../equals.ts';
import { isName, isText, namesRule, takes, type Rule } from '../rules.ts';
import { runEnd, toolResults, traceBehind, verdict, type Verdict } from './verdict.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

const agentsRule = namesRule("a list of agents' names");

/** Whether the agents were active in this order, the starting one first. */
export function hasAgents(source: unknown, agents: readonly string[]): Verdict {
  const trace = traceBehind(source, 'toHaveHandoffOrder');
  if (!agentsRule[1](agents)) throw takes('toHaveHandoffOrder', agentsRule, agents);
  const { agents: actual } = trace;
  const pass = equals(agents, actual);
  const index = !Array.isArray(agents) ? 0 : actual.findIndex((name, place) => !equals(agents[place], name));
  // The n-th handoff to another agent activated the agent at index n.
  const changes = trace.events.filter((event) => event.type === 'handoff' && event.from !== event.to);
  return verdict(trace, pass, {
    missing: `Expected the agents ${arrows(agents)}, but they were ${arrows(actual)}.`,
    unwanted: `Expected the agents not to be ${arrows(agents)}, but they were.`,
    details: pass ? [] : answersInPlaceOfHandoffs(trace, agents),
    marked: index > 0 ? changes[index - 1] : index === 0 ? trace.events[0] : runEnd(trace),
  });
}

/**
 * A hint if a tool returned the name of an expected agent that was never active, an object with that name in it, or an
 * agent inside another value. None of them is a handoff. To hand off, a tool returns the Agent itself, or a Result that contains it.
 */
function answersInPlaceOfHandoffs(trace: Trace, agents: readonly unknown[]): string[] {
  if (!Array.isArray(agents)) return [];
  const missing = agents.filter((name) => typeof name === 'string' && !trace.agents.includes(name));
  const handsOff = 'to hand off, return the agent itself, or a Result that contains it.';
  for (const { tool, content, error } of toolResults(trace)) {
    if (error === 'not-serializable' && content.includes('an agent inside another value'))
      return [`${tool} returned an agent inside another value: ${handsOff}`];
    if (error !== undefined) continue;
    const named = missing.find((name) => holds(readArgs(content), name));
    if (named === undefined) continue;
    return [
      `${tool} answered ${named === content ? 'the text' : 'an object with'} ${show(named)}: ${handsOff}`,
    ];
  }
  return [];
}

function holds(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((item) => holds(item, text));
}

const outcomes: readonly Outcome[] = ['completed', 'max_turns', 'interrupted', 'failed', 'aborted'];

/** Whether the last run ended for this reason. */
export function stoppedBecause(source: unknown, reason: Outcome): Verdict {
  const trace = traceBehind(source, 'toHaveStoppedBecause');
  if (!isName(reason)) throw takes('toHaveStoppedBecause', [`one of ${outcomes.join(', ')}`, isName], reason);
  if (typeof reason === 'string' && !outcomes.includes(reason)) {
    throw new UsageError(
      sentence`${{ where: 'toHaveStoppedBecause' }} was given the unknown reason "${{ given: reason }}".${suggested(reason, outcomes)} Known reasons: ${{ known: outcomes }}.`,
    );
  }
  return verdict(trace, equals(reason, trace.outcome), {
    missing: `Expected the run to end with ${typeof reason === 'string' ? reason : show(reason)}, but it ended with ${trace.outcome}.`,
    unwanted: `Expected the run not to end with ${typeof reason === 'string' ? reason : show(reason)}, but it did.`,
    marked: runEnd(trace),
  });
}

const contextRule: Rule = [
  'an object of context variables',
  (value) => isPlainObject(value) || isAsymmetric(value),
  (given) => (isText(given) ? ` Write { ${given}: … }.` : ''),
];

/** Whether the context has these variables at the end; it may have others. */
export function containsContextVariables(source: unknown, subset: object): Verdict {
  const trace = traceBehind(source, 'toHaveContextVariables');
  if (!contextRule[1](subset)) throw takes('toHaveContextVariables', contextRule, subset);
  if (isPlainObject(subset) && Object.keys(subset).length === 0) {
    throw new UsageError(
      sentence`${{ where: 'toHaveContextVariables' }} was given ${{ given: '{}' }}, which always matches. Name at least one variable.`,
    );
  }
  const actual = contextVariablesOf(source, trace);
  const found = firstMismatch(subset, actual, true);
  return verdict(trace, found === undefined, {
    missing: found
      ? `Expected ${found.path === '' ? 'the context variables' : `the context variable ${found.path}`} to be ${show(found.expected)}, but ${found.path === '' ? 'they are' : 'it is'} ${show(found.actual)}. All context variables: ${show(actual)}.`
      : '',
    unwanted: `Expected the context variables not to contain ${show(subset)}, but they do.`,
    marked: trace.events.findLast(({ type }) => type === 'context-change'),
  });
}

/** Whether this text is part of the last assistant message that has text. */
export function endsWithText({ trace }: { trace: Trace }, text: string): Verdict {
  const answer = trace.events.findLast(
    (event) => event.type === 'model-response' && textOf(event.message.content) !== '',
  );
  const said = answer?.type === 'model-response' ? textOf(answer.message.content) : undefined;
  return verdict(trace, said?.includes(text) === true, {
    missing: `Expected the final message to contain ${show(text)}, but ${said === undefined ? 'no agent said anything' : `it is ${show(said)}`}.`,
    unwanted: `Expected the final message not to contain ${show(text)}, but it is ${show(said)}.`,
    marked: answer,
  });
}

/** Whether both traces have the same hash. */
export function sameTrace(source: unknown, other: unknown): Verdict {
  const matcher = 'toHaveSameTraceAs';
  const [left, right] = [traceBehind(source, matcher), traceBehind(other, matcher)];
  const same = left.hash === right.hash;
  const reason = () =>
    same
      ? 'Expected the traces to differ, but they are the same.'
      : `Expected the same trace (- expected, + received).\n${right.diff(left)?.text ?? `${right.hash} is not ${left.hash}`}`;
  return { pass: same, reason, facts: {}, marked: undefined, message: reason };
}

function arrows(agents: readonly string[]): string {
  if (!Array.isArray(agents)) return show(agents);
  return agents.length === 0
    ? '(none)'
    : agents.map((name: unknown) => (typeof name === 'string' ? name : show(name))).join(' → ');
}

/** The context variables at the end, from the response if there is one, otherwise reconstructed from the trace. */
function contextVariablesOf(source: unknown, trace: Trace): ContextVariables {
  const holder = source as {
    contextVariables?: ContextVariables;
    response?: { contextVariables?: ContextVariables };
  };
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
