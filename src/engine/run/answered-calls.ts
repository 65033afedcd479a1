import type { Message } from '../model/messages.ts';
import type { Agent } from '../tools/agent.ts';
import type { RecordedEvent } from './events.ts';

type EventOf<Type> = Extract<RecordedEvent, { type: Type }>;

/** The calls of an interrupted run that were answered outside of a run. The next run has their events in turn 0. */
export interface AnsweredCalls {
  /** The agent that made the calls. */
  readonly agent: Agent;
  /** The agent that is active after them. */
  readonly next: Agent;
  /** The context before the answers, as a trace shows it. */
  readonly context: object;
  readonly results: ReadonlyArray<EventOf<'tool-result'>>;
  readonly handoff: EventOf<'handoff'> | undefined;
}

/** By the message with the last answer, because the caller may put the messages into another list. */
const byLastAnswer = new WeakMap<Message, AnsweredCalls>();

/** Remembers the answers, so that the run that gets these messages has them in its trace. */
export function rememberAnswered(messages: readonly Message[], answered: AnsweredCalls): void {
  byLastAnswer.set(messages.at(-1)!, answered);
}

/** The answered calls at the end of the messages, before what the user says; undefined for another agent. */
export function answeredIn(messages: readonly Message[], agent: Agent): AnsweredCalls | undefined {
  let index = messages.length - 1;
  while (messages[index]?.role === 'user') index--;
  const last = messages[index];
  if (last?.role !== 'tool') return undefined;
  const answered = byLastAnswer.get(last);
  return answered?.next === agent ? answered : undefined;
}
