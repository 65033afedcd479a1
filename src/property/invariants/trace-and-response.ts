import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { traceContext } from '../../engine/run/context.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { runsOf, type TracedRun } from './runs.ts';

/** The context at the end of a run, computed from its events. */
function contextAfter({ start, turns }: TracedRun): object {
  const context: object = {};
  for (const [key, value] of Object.entries(start?.contextVariables ?? {})) setOwn(context, key, value);
  for (const { contextChange } of turns) {
    if (!contextChange) continue;
    for (const [key, value] of Object.entries(contextChange.set)) setOwn(context, key, value);
    for (const key of contextChange.deleted) delete (context as Record<string, unknown>)[key];
  }
  return context;
}

export function contextChangesAddUp({ trace, response }: ScenarioRun): string | undefined {
  const runs = runsOf(trace);
  for (const [index, run] of runs.entries()) {
    const isLost = run.end?.outcome === 'failed' || run.end?.outcome === 'aborted';
    const told = isLost ? (run.start?.contextVariables ?? {}) : contextAfter(run);
    const next = runs[index + 1];
    const found = next?.start && firstMismatch(told, next.start.contextVariables, false);
    if (found)
      return `run ${next.number} begins with the context variable ${found.path} as ${show(found.actual)}, but it should be ${show(found.expected)}`;
    const { contextVariables } = (!next && response) || {};
    if (isLost || !isPlainObject(contextVariables)) continue;
    const left = firstMismatch(told, traceContext(contextVariables), false);
    if (left)
      return `the context variable ${left.path} of the response is ${show(left.actual)}, but by the events of the run it should be ${show(left.expected)}`;
  }
  return undefined;
}

export function responseIsWhatHappened({ trace, response }: ScenarioRun): string | undefined {
  const run = runsOf(trace).at(-1);
  if (!response || !run) return undefined;
  if (response.stopReason !== run.end?.outcome)
    return `the stop reason of the response is ${response.stopReason}, but the outcome of the run is ${run.end?.outcome}`;
  if (response.agent.name !== run.end.agent)
    return `the agent of the response is ${show(response.agent.name)}, but the agent at the end of the run is ${show(run.end.agent)}`;
  const produced = run.turns.flatMap(({ response: answer, results }) => [
    ...(answer ? [{ content: null, ...answer.message, sender: answer.agent }] : []),
    ...results.map(({ toolCallId, tool, content }) => ({
      role: 'tool',
      tool_call_id: toolCallId,
      tool_name: tool,
      content,
    })),
  ]);
  const found = firstMismatch(produced, response.messages, false);
  return (
    found &&
    `messages${found.path} of the response is ${show(found.actual)}, but by the events of the run it should be ${show(found.expected)}`
  );
}

/** The turn of an event; 0 if it belongs to no turn. */
function turnOf(event: object): number {
  return 'turn' in event ? (event.turn as number) : 0;
}

export function traceIsWellFormed({ trace }: ScenarioRun): string | undefined {
  for (const [index, { number, start, end, turns, events }] of runsOf(trace).entries()) {
    const place = `run ${number}`;
    if (number !== index + 1) return `${place} is in position ${index + 1}`;
    if (events[0] !== start) return `${place} begins with ${events[0]?.type} instead of run-start`;
    if (events.at(-1) !== end) return `${place} ends with ${events.at(-1)?.type} instead of run-end`;
    const wrong = turns.findIndex(({ request }, at) => request.turn !== at + 1);
    if (wrong !== -1) return `${place}: request ${wrong + 1} has the turn ${turns[wrong]!.request.turn}`;
    for (const { request, response, error, results } of turns) {
      if (response && error) return `${place}: turn ${request.turn} has both an answer and an error`;
      if (!response && results.length > 0) return `${place}: turn ${request.turn} has results, but no answer`;
    }
    const back = events.findIndex((event, at) => at > 0 && turnOf(event) < turnOf(events[at - 1]!));
    if (back !== -1 && events[back] !== end)
      return `${place}: event ${back + 1} belongs to an earlier turn than the event before it`;
  }
  return undefined;
}
