import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { runsOf, type TracedRun } from './runs.ts';

export function senderIsThePromptedAgent({ trace, response }: ScenarioRun): string | undefined {
  for (const run of runsOf(trace)) {
    const problem = problemIn(run);
    if (problem !== undefined) return problem;
  }
  const last = runsOf(trace).at(-1);
  const asked = (last?.turns ?? []).map(({ request }) => request.agent);
  const senders = (response?.messages ?? []).flatMap((message) =>
    message.role === 'assistant' ? [message.sender] : [],
  );
  const wrong = senders.findIndex((sender, index) => sender !== asked[index]);
  return wrong === -1
    ? undefined
    : `answer ${wrong + 1} of the response has the sender ${show(senders[wrong])}, but ${show(asked[wrong])} was asked`;
}

/** Follows the active agent from the start of a run through its handoffs, and returns the first contradiction. */
function problemIn({ number, start, end, turns }: TracedRun): string | undefined {
  let active = start?.agent;
  const isNot = (what: string, agent: string | undefined) =>
    agent === undefined || agent === active
      ? undefined
      : `run ${number}: ${what} is ${show(agent)}, but ${show(active)} is active`;
  for (const { request, response, results, handoff } of turns) {
    const { turn } = request;
    const problem =
      isNot(`the agent that is asked in turn ${turn}`, request.agent) ??
      isNot(`the agent that answers in turn ${turn}`, response?.agent) ??
      results
        .map(({ agent }) => isNot(`the agent that calls a tool in turn ${turn}`, agent))
        .find((one) => one) ??
      isNot(`the agent that hands off in turn ${turn}`, handoff?.from);
    if (problem !== undefined) return problem;
    if (!handoff) continue;
    if (!results.some(({ tool, error }) => tool === handoff.tool && !error))
      return `run ${number}: turn ${turn} hands off with ${handoff.tool}, which did not succeed in that turn`;
    active = handoff.to;
  }
  return isNot('the agent at the end', end?.agent);
}

export function runsContinueEachOther({ trace }: ScenarioRun): string | undefined {
  const runs = runsOf(trace);
  for (const [index, { number, start, turns, end }] of runs.entries()) {
    const next = runs[index + 1]?.start;
    if (!next || !start) continue;
    // After a failed run, the user continues from the state before that run.
    const isLost = end?.outcome === 'failed' || end?.outcome === 'aborted';
    const agent = isLost ? start.agent : end?.agent;
    if (next.agent !== agent)
      return `run ${number + 1} begins with the agent ${show(next.agent)}, but after run ${number} it should be ${show(agent)}`;
    const produced = turns.flatMap(({ response, results }) => [
      ...(response ? [{ ...response.message, sender: response.agent }] : []),
      ...results.map(({ toolCallId, tool, content }) => ({
        role: 'tool',
        tool_call_id: toolCallId,
        tool_name: tool,
        content,
      })),
    ]);
    const told = isLost
      ? start.messages.slice(0, lastSaid(start.messages))
      : [...start.messages, ...produced];
    const found = firstMismatch(told, next.messages.slice(0, told.length), false);
    if (found)
      return `messages${found.path} of run ${number + 1} is ${show(found.actual)}, but after run ${number} it should be ${show(found.expected)}`;
  }
  return undefined;
}

/** The index at which the user messages at the end of the list begin. */
function lastSaid(messages: readonly { role: string }[]): number {
  let index = messages.length;
  while (index > 0 && messages[index - 1]!.role === 'user') index--;
  return index;
}
