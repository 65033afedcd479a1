import type { RecordedEvent } from '../../engine/run/events.ts';
import {
  joined,
  storedLines,
  type InteractionRecord,
  type MessageRecord,
  type ResultRecord,
  type Text,
} from '../format/format.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { recordedCallsOf } from './messages.ts';

/** What the calls of an answer came to. */
export type CallResults = Pick<InteractionRecord, 'results' | 'handoff' | 'context'>;

/**
 * As the events of a run tell it, from the request of the answer on: also what no request shows. `place` is where the first
 * result stands in the next request.
 */
export function resultsInEvents(
  events: readonly RecordedEvent[],
  requestAt: number,
  place: number,
  redactor: Redactor,
  secrets: LaneSecrets,
  like: readonly ResultRecord[] = [],
): CallResults {
  const results: ResultRecord[] = [];
  const found: {
    handoff?: NonNullable<CallResults['handoff']>;
    context?: NonNullable<CallResults['context']>;
  } = {};
  for (const event of events.slice(requestAt)) {
    if (event.type === 'model-request' || event.type === 'run-end') break;
    if (event.type === 'tool-result') {
      const path = ['request', 'messages', place + results.length, 'content'];
      const recorded = like[results.length];
      const content = storedLines(
        redactor.text(secrets, event.content, path, recorded && joined(recorded.content)),
      );
      results.push({ tool: event.tool, content, ...(event.error && { error: event.error }) });
    }
    if (event.type === 'handoff') found.handoff = { to: event.to, tool: event.tool };
    if (event.type === 'context-change') {
      const set = redactor.data(secrets, event.set, ['context']) as Readonly<Record<string, unknown>>;
      const deleted = event.deleted.map((key) => redactor.text(secrets, key, ['context', key]));
      found.context = { set, deleted };
    }
  }
  return { ...(results.length > 0 && { results }), ...found };
}

/** As the request shows it that comes after the answer: where every call was answered, in order. */
export function resultsInHistory(answer: MessageRecord, following: readonly MessageRecord[]): CallResults {
  const calls = recordedCallsOf(answer);
  const messages = following.slice(0, calls.length);
  const isComplete = calls.every(
    ({ id }, index) => messages[index]?.['role'] === 'tool' && messages[index]['tool_call_id'] === id,
  );
  if (!isComplete || calls.length === 0) return {};
  return {
    results: calls.map(({ name }, index) => ({
      tool: name,
      content: (messages[index]!['content'] ?? '') as Text,
    })),
  };
}
