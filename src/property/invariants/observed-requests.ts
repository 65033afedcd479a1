import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Observation, SeenRequest } from '../observed/observation.ts';
import { sentAnswer, type SentAnswer } from './sent-answer.ts';
import { firstInTurns } from './protocol.ts';
import { callsOf, runsOf, type TracedTurn } from './runs.ts';

/** The first problem in a turn of any run, as the trace and the observation show it. */
function firstInRequests(
  run: ScenarioRun,
  { runs }: Observation,
  problem: (turn: TracedTurn, seen: SeenRequest) => string | undefined,
): string | undefined {
  return firstInTurns(run, (turn, { number }, index) => {
    const seen = runs[number - 1]?.requests[index];
    return seen && problem(turn, seen);
  });
}

/** The first problem in an answer of the model, compared with the answer that the provider sent. */
export function firstInAnswers(
  run: ScenarioRun,
  observation: Observation,
  problem: (turn: TracedTurn, sent: SentAnswer, seen: SeenRequest) => string | undefined,
): string | undefined {
  return firstInRequests(run, observation, (turn, seen) => {
    const sent = sentAnswer(seen);
    return sent && problem(turn, sent, seen);
  });
}

export function requestsReachTheProvider(run: ScenarioRun, observation: Observation): string | undefined {
  for (const [index, { number, turns }] of runsOf(run.trace).entries()) {
    const received = observation.runs[index]?.requests.length ?? 0;
    if (received !== turns.length)
      return `run ${number} has ${turns.length} requests, but the provider received ${received}`;
  }
  const { conversation } = observation;
  return firstInRequests(run, observation, ({ request }, { request: received, options }) => {
    const found = firstMismatch(request.request, received, false);
    if (found)
      return `${found.path} of the request should be ${show(found.expected)}, but the provider received ${show(found.actual)}`;
    return options?.conversation === conversation
      ? undefined
      : `the conversation is ${show(conversation)}, but the provider received ${show(options?.conversation)}`;
  });
}

export function requestsFitTheAgent(run: ScenarioRun, observation: Observation): string | undefined {
  const { modelOverride } = run.scenario;
  return firstInRequests(run, observation, (_turn, { request, agent }) => {
    const { name, model, instructions, tools, toolChoice, parallelToolCalls } = agent;
    const offers = tools.length > 0;
    const expected = {
      model: modelOverride ?? model,
      tools,
      tool_choice: offers ? toolChoice : undefined,
      parallel_tool_calls: offers ? parallelToolCalls : undefined,
      instructions,
    };
    const received = {
      model: request.model,
      tools: (request.tools ?? []).map((definition) => definition.function.name),
      tool_choice: request.tool_choice,
      parallel_tool_calls: request.parallel_tool_calls,
      instructions: instructions === undefined ? undefined : request.messages[0]?.content,
    };
    const found = firstMismatch(expected, received, false);
    return (
      found &&
      `the agent ${show(name)} is active, whose ${found.path} should be ${show(found.expected)}, but the provider received ${show(found.actual)}`
    );
  });
}

export function answersAreKept(run: ScenarioRun, observation: Observation): string | undefined {
  return firstInAnswers(run, observation, ({ response }, sent) => {
    if (response?.message.role !== 'assistant') return undefined;
    const { content, refusal, tool_calls = [] } = response.message;
    const kept: SentAnswer = {
      content: content ?? '',
      refusal: refusal ?? undefined,
      calls: tool_calls.flatMap((call) =>
        call.type === 'function' ? [{ id: call.id, ...call.function }] : [],
      ),
      finishReason: response.finishReason ?? undefined,
      usage: response.usage,
    };
    const found = firstMismatch(sent, kept, false);
    return (
      found &&
      `the provider answered ${show(found.expected)} as the ${found.path}, but the run continues with ${show(found.actual)}`
    );
  });
}

/** Finish reasons with which the calls of an answer may be incomplete. */
const cutReasons: readonly (string | undefined)[] = ['length', 'content_filter', undefined];

export function cutAnswersRunNothing(run: ScenarioRun, observation: Observation): string | undefined {
  return firstInAnswers(run, observation, ({ response, request }, { calls, finishReason }, seen) => {
    if (calls.length === 0 || !cutReasons.includes(finishReason)) return undefined;
    const ran = observation.runs[request.run - 1]?.calls.find(({ turn }) => turn === request.turn);
    const why = `the calls of the answer were cut off (${seen.end}, finish_reason ${show(finishReason ?? null)})`;
    if (ran) return `${why}, but ${ran.name} ran`;
    return callsOf(response?.message).length > 0 ? `${why}, but the answer counts` : undefined;
  });
}
