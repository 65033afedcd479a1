import { isNativeError } from '../../engine/values/engine-errors.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Observation, SeenCall, SeenRequest } from '../observed/observation.ts';
import { firstInAnswers } from './observed-requests.ts';
import { firstInTurns } from './protocol.ts';
import { runsOf, type TracedTurn } from './runs.ts';

/** The kinds of failure in which the tool is not executed. */
const refused = new Set<string | undefined>(['unknown-tool', 'invalid-json', 'invalid-arguments']);

type Result = TracedTurn['results'][number];

/** The arguments of a call as an object; undefined if they are not the JSON of an object. */
function objectIn(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && !Array.isArray(parsed)
      ? ((parsed as Record<string, unknown> | null) ?? undefined)
      : undefined;
  } catch {
    return undefined;
  }
}

export function onlyFittingArgumentsRun(run: ScenarioRun, observation: Observation): string | undefined {
  return firstInAnswers(run, observation, ({ results }, { calls }, seen) => {
    for (const [place, { name, arguments: text }] of calls.entries()) {
      const result = results[place];
      if (!result || refused.has(result.error)) continue;
      const problem = misfit(text, definitionOf(seen, name));
      if (problem !== undefined)
        return `the arguments of ${name} are ${show(text)}, but it ran, although ${problem}`;
    }
    return undefined;
  });
}

/** Why arguments cannot fit a schema. Schemas whose names of arguments depend on other keywords are not judged. */
function misfit(text: string, parameters: Record<string, unknown> | undefined): string | undefined {
  const args = objectIn(text);
  if (!args) return 'they are not an object';
  const { properties, additionalProperties = false } = parameters ?? {};
  const keywords = [
    'type',
    'properties',
    'required',
    'additionalProperties',
    'description',
    'title',
    '$schema',
  ];
  if (additionalProperties !== false || Object.keys(parameters ?? {}).some((key) => !keywords.includes(key)))
    return undefined;
  const undeclared = Object.keys(args).find((name) => !Object.hasOwn(properties ?? {}, name));
  return undeclared === undefined ? undefined : `${show(undeclared)} is not an argument of the tool`;
}

function definitionOf({ request }: SeenRequest, name: string): Record<string, unknown> | undefined {
  return request.tools?.find((one) => one.function.name === name)?.function.parameters;
}

/** The first problem in a call that was executed, as the trace and the observation show it. */
function firstInCalls(
  run: ScenarioRun,
  { runs }: Observation,
  problem: (result: Result, call: SeenCall, turn: TracedTurn, place: number) => string | undefined,
): string | undefined {
  return firstInTurns(run, (turn, { number }) => {
    const calls = (runs[number - 1]?.calls ?? []).filter((call) => call.turn === turn.request.turn);
    let count = 0;
    for (const [place, result] of turn.results.entries()) {
      const call = refused.has(result.error) ? undefined : calls[count++];
      const found = call && problem(result, call, turn, place);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

export function toolsGetTheirCall(run: ScenarioRun, observation: Observation): string | undefined {
  return (
    callsAreOneByOne(run, observation) ??
    firstInAnswers(run, observation, ({ request, results }, { calls: sent }) => {
      const seen = observation.runs[request.run - 1]!.calls.filter(({ turn }) => turn === request.turn);
      const executed = sent.filter((_call, place) => results[place] && !refused.has(results[place].error));
      for (const [index, { id, name, arguments: text }] of executed.entries()) {
        const call = seen[index];
        if (call?.name !== name)
          return `the model called ${name} (${id}), but ${call ? call.name : 'no tool'} ran`;
        if (call.toolCallId !== id)
          return `the id of the call of ${name} is ${show(id)}, but the tool got ${show(call.toolCallId)}`;
        const found = call.mayDiffer ? undefined : firstMismatch(objectIn(text), call.args, false);
        if (found)
          return `the argument ${found.path} of ${name} is ${show(found.expected)}, but the tool got ${show(found.actual)}`;
      }
      return undefined;
    })
  );
}

/** Each call that was answered ran once, after the one before it, with the context variables of the run. */
function callsAreOneByOne({ trace }: ScenarioRun, { runs }: Observation): string | undefined {
  for (const [index, { number, turns, end }] of runsOf(trace).entries()) {
    const { calls, moments } = runs[index] ?? { calls: [], moments: [] };
    const results = turns.flatMap((turn) => turn.results).filter(({ error }) => !refused.has(error));
    // A run that is rejected in a tool or in a hook has no result of that tool.
    const spare = end?.outcome === 'aborted' || end?.outcome === 'failed' ? 1 : 0;
    if (calls.length < results.length || calls.length > results.length + spare)
      return `run ${number}: ${results.length} calls were executed by the trace, but tools ran ${calls.length} times`;
    if (calls.some(({ contextVariables }) => contextVariables !== calls[0]!.contextVariables))
      return `run ${number}: two tools got different context variables`;
    let running: string | undefined;
    for (const moment of moments) {
      if (!('of' in moment) || moment.of.kind !== 'tool') continue;
      const { name } = moment.of;
      if (moment.what === 'begin' && running !== undefined)
        return `run ${number}: ${name} began before ${running} ended`;
      running = moment.what === 'begin' ? name : undefined;
    }
  }
  return undefined;
}

export function resultsAreTold(run: ScenarioRun, observation: Observation): string | undefined {
  return firstInCalls(run, observation, ({ tool, content, error }, { end }) => {
    if (!end) return `${tool} is answered, but has not ended`;
    if ('thrown' in end) {
      const message = messageOf(end.thrown);
      return content.startsWith('Error: ') && content.includes(message)
        ? undefined
        : `${tool} threw ${show(message)}, but the answer is ${show(content)}`;
    }
    if (end.content === undefined)
      return error === undefined
        ? `${tool} returned a value that cannot be sent as text, but the call has no error`
        : undefined;
    return content === end.content
      ? undefined
      : `${tool} returned ${show(end.content)}, but the answer is ${show(content)}`;
  });
}

/** The part of an error that the answer must contain. The messages of native errors differ between Node versions. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof Error)
    return isNativeError(thrown) || typeof thrown.message !== 'string' ? thrown.name : thrown.message;
  return typeof thrown === 'string' ? thrown : '';
}
