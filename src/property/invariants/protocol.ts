import type { Message, WireMessage } from '../../engine/model/messages.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { callsOf, runsOf, type TracedRun, type TracedTurn } from './runs.ts';

/** The name of a turn in messages. */
export function turnWords({ request: { run, turn, agent } }: TracedTurn): string {
  return `${run === 1 ? '' : `run ${run}, `}turn ${turn} (${agent})`;
}

/** The first problem in a turn of any run. */
export function firstInTurns(
  { trace }: ScenarioRun,
  problem: (turn: TracedTurn, run: TracedRun, index: number) => string | undefined,
): string | undefined {
  for (const run of runsOf(trace)) {
    for (const [index, turn] of run.turns.entries()) {
      const found = problem(turn, run, index);
      if (found !== undefined) return `${turnWords(turn)}: ${found}`;
    }
  }
  return undefined;
}

/**
 * The index of the first message of a request that the request of the previous turn does not have. The messages
 * before that index are the same objects in both requests, so the previous turn has checked them. In this way, an
 * invariant reads each message once, however long the run is. The system message is skipped.
 */
function firstNew({ turns }: TracedRun, index: number): number {
  const messages = turns[index]!.request.request.messages;
  const before = turns[index - 1]?.request.request.messages ?? [];
  let at = 1;
  while (at < messages.length && messages[at] === before[at]) at++;
  return at;
}

export function everyCallAnsweredOnce(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ request }, traced, turn) => {
    const { messages } = request.request;
    let start = firstNew(traced, turn);
    // If tool messages come directly before `start`, go back to the message that they answer.
    while (start > 0 && messages[start - 1]?.role === 'tool') start--;
    for (let index = Math.max(0, start - 1); index < messages.length; index++) {
      const message = messages[index]!;
      const asked = callsOf(message).map(({ id }) => id);
      if (asked.length === 0) {
        const follows = messages[index + 1];
        if (message.role !== 'tool' && follows?.role === 'tool')
          return `message ${index + 1} of the request answers ${JSON.stringify(follows.tool_call_id)}, but no call comes before it`;
        continue;
      }
      const answered = answersFrom(messages, index + 1);
      if (sameMembers(asked, answered)) continue;
      return `message ${index} of the request makes the calls ${listOf(asked)}, but the messages after it answer ${listOf(answered)}`;
    }
    return undefined;
  });
}

/** The call ids that the tool messages from `start` on answer, up to the first message of another role. */
function answersFrom(messages: readonly WireMessage[], start: number): string[] {
  const ids: string[] = [];
  for (let index = start; index < messages.length; index++) {
    const message = messages[index]!;
    if (message.role !== 'tool') break;
    ids.push(message.tool_call_id);
  }
  return ids;
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const [one, other] = [left.toSorted(), right.toSorted()];
  return one.every((id, index) => id === other[index]);
}

function listOf(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.map((id) => JSON.stringify(id)).join(', ');
}

export function answersInOrderOfCalls(run: ScenarioRun): string | undefined {
  return firstInTurns(run, (turn, { start, end, turns }, index) => {
    const calls = callsOf(turn.response?.message);
    const { results } = turn;
    for (const [place, result] of results.entries()) {
      const call = calls[place];
      if (call?.id !== result.toolCallId || call.name !== result.tool)
        return `answer ${place + 1} is for ${result.tool} (${result.toolCallId}), but call ${place + 1} is ${call ? `${call.name} (${call.id})` : 'none'}`;
    }
    const wasStopped =
      index === turns.length - 1 && (end?.outcome === 'failed' || end?.outcome === 'aborted');
    const isComplete = results.length === calls.length || !start?.executeTools || wasStopped;
    return isComplete
      ? undefined
      : `the number of calls is ${calls.length}, but the number of answers is ${results.length}`;
  });
}

/** The messages that a turn adds to later requests. */
function producedIn({ response, results }: TracedTurn): unknown[] {
  const answers = results.map(({ toolCallId, content }) => ({
    role: 'tool',
    tool_call_id: toolCallId,
    content,
  }));
  return response ? [response.message, ...answers] : answers;
}

export function requestsGrowByWhatHappened(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ request }, traced, index) => {
    const before = traced.turns[index - 1];
    if (before && isWhatCame(before, request.request.messages)) return undefined;
    const expected = before
      ? [...before.request.request.messages.slice(1), ...producedIn(before)]
      : (traced.start?.messages ?? []).map(withoutNotes);
    const from = firstNew(traced, index) - 1;
    const found = firstMismatch(expected.slice(from), request.request.messages.slice(from + 1), false);
    return (
      found &&
      `the messages of the request should continue the conversation, but ${found.path} of the messages from message ${from + 1} on is ${show(found.actual)} instead of ${show(found.expected)}`
    );
  });
}

/**
 * Whether the next request has the messages of this turn's request, followed by what the turn produced. The system
 * message is not compared. This is a fast test for the usual case, without a copy. False does not yet mean that the
 * next request is wrong.
 */
function isWhatCame({ request, response, results }: TracedTurn, messages: readonly WireMessage[]): boolean {
  const before = request.request.messages;
  if (!response || messages.length !== before.length + 1 + results.length) return false;
  for (let at = 1; at < before.length; at++) if (messages[at] !== before[at]) return false;
  if (messages[before.length] !== response.message) return false;
  return results.every(({ toolCallId, content }, at) => {
    const message = messages[before.length + 1 + at]!;
    return message.role === 'tool' && message.tool_call_id === toolCallId && message.content === content;
  });
}

function withoutNotes(message: Message): object {
  if (!('sender' in message) && !('tool_name' in message)) return message;
  const { sender: _sender, tool_name: _toolName, ...wire } = message;
  return wire;
}

export function instructionsComeFirst(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ request }, traced, index) => {
    const { messages } = request.request;
    const [first] = messages;
    if (first?.role !== 'system')
      return `the first message of the request has the role "${first?.role ?? 'none'}" instead of "system"`;
    const given = index === 0 ? (traced.start?.messages ?? []).filter(isSystem).length : 0;
    const found = messages.slice(firstNew(traced, index)).filter(isSystem).length;
    return found === given
      ? undefined
      : `the request has ${found - given} system messages besides the given ones and the agent's own`;
  });
}

function isSystem({ role }: { role: string }): boolean {
  return role === 'system';
}

export function requestsAreClean(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ request }, traced, turn) => {
    const { messages } = request.request;
    for (let index = firstNew(traced, turn); index < messages.length; index++) {
      const message = messages[index]!;
      const note = ['sender', 'tool_name'].find((name) => name in message);
      if (note) return `message ${index} of the request has "${note}", which is not a field of the API`;
    }
    return undefined;
  });
}

export function failedCallsAreTold(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ results }) => {
    const silent = results.find(({ error, content }) => error && !content.startsWith('Error: '));
    return (
      silent &&
      `the call of ${silent.tool} failed (${silent.error}), but the model gets ${show(silent.content)}, which does not begin with "Error: "`
    );
  });
}

export function onlyOfferedToolsRun(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ request, results }) => {
    const offered = new Set((request.request.tools ?? []).map((definition) => definition.function.name));
    const wrong = results.find(({ tool, error }) => offered.has(tool) === (error === 'unknown-tool'));
    return (
      wrong &&
      (wrong.error
        ? `${wrong.tool} was offered, but its call is answered as unknown`
        : `${wrong.tool} was not offered, but its call is not answered as unknown`)
    );
  });
}
