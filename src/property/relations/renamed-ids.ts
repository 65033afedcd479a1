import type { Message, WireMessage } from '../../engine/model/messages.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import { withCalls } from '../../script/step-kinds.ts';
import type { Step } from '../../script/steps.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { assertOurAgents, assertStepsAreData, play } from './compared-plays.ts';

export async function renamedIdsRenameOnlyIds(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  assertStepsAreData(scenario);
  const given = new Map<string, string>();
  const plain = await play({ ...scenario, steps: withIds(scenario.steps, given, (id) => id) });
  const other = await play({ ...scenario, steps: withIds(scenario.steps, given, (id) => `renamed-${id}`) });
  const found = firstMismatch(renamedIn(plain, given), renamedIn(other, new Map()), false);
  if (found)
    throw new InvariantBrokenError(
      'renamed-ids-rename-only-ids',
      `events${found.path} is ${show(found.expected)} with the original ids, but ${show(found.actual)} with renamed ids.`,
    );
}

/**
 * Gives an id to each call without an id, and renames the ids with `rename`. Equal ids stay equal. Adds to `given`
 * each original id with its name in the renamed script.
 */
function withIds(steps: readonly Step[], given: Map<string, string>, rename: (id: string) => string): Step[] {
  let count = 0;
  return withCalls(steps, (call) => {
    const id = call.id ?? `id-${++count}`;
    given.set(id, `renamed-${id}`);
    return { ...call, id: rename(id) };
  });
}

/** The events of a play, in which the ids of calls and of their results are renamed. */
function renamedIn({ trace }: ScenarioRun, renamed: ReadonlyMap<string, string>): unknown {
  const nameOf = (id: string) => renamed.get(id) ?? id;
  const known = new WeakMap<object, object>();
  // Requests share their messages, so each message is renamed once.
  const messageOf = (message: Message | WireMessage): object => {
    let other = known.get(message);
    if (!other) known.set(message, (other = withNames(message, nameOf)));
    return other;
  };
  return trace.events.map((event) => {
    if (event.type === 'model-request')
      return { ...event, request: { ...event.request, messages: event.request.messages.map(messageOf) } };
    if (event.type === 'model-response') return { ...event, message: messageOf(event.message) };
    if (event.type === 'tool-result') return { ...event, toolCallId: nameOf(event.toolCallId) };
    // The messages at the start of a run include those of earlier runs.
    return event.type === 'run-start' ? { ...event, messages: event.messages.map(messageOf) } : event;
  });
}

function withNames(message: Message | WireMessage, nameOf: (id: string) => string): object {
  if (message.role === 'tool') return { ...message, tool_call_id: nameOf(message.tool_call_id) };
  if (message.role !== 'assistant' || !message.tool_calls) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => ({ ...call, id: nameOf(call.id) })) };
}
