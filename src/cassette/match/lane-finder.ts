import type { RecordedEvent } from '../../engine/run/events.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { textOf } from '../../trace/format.ts';
import { continuationOf } from '../../trace/continuation.ts';
import type { Lane } from './lane.ts';
import { saidIn, type Said } from './answers.ts';
import type { RequestParts } from '../redact/request-parts.ts';

type Events = readonly RecordedEvent[];

/**
 * Finds lanes by the points from which they can be continued: an answer, or a failed request. So a request is
 * compared with only a few lanes.
 */
export class LaneFinder {
  readonly #byRun = new WeakMap<Events, Lane>();
  /** The lanes that have reached each point, in the order in which they reached it first. */
  readonly #byPoint = new Map<string, Lane[]>();
  readonly #latestPoint = new WeakMap<Lane, string>();

  /** Notes that later requests of this run belong to the lane. */
  noteRun(events: Events | undefined, lane: Lane): void {
    if (events) this.#byRun.set(events, lane);
  }

  /** Notes the point that a lane has reached: its last answer, or a failed request if `said` is undefined. */
  notePoint(lane: Lane, said: Said | undefined): void {
    const { history } = lane.last!.parts;
    const point = said
      ? answerPoint(lane.conversation, history[0], said)
      : failurePoint(lane.conversation, history);
    this.#latestPoint.set(lane, point);
    const known = this.#byPoint.get(point);
    if (!known) this.#byPoint.set(point, [lane]);
    else if (!known.includes(lane)) known.push(lane);
  }

  /** The lane of a run that has made a request before. */
  ofRun(events: Events | undefined): Lane | undefined {
    return events && this.#byRun.get(events);
  }

  /** The lanes whose last answer a request continues, and the lanes whose failed last request it repeats. */
  continued({ history }: RequestParts, conversation: string | undefined): Lane[] {
    const answered = this.#answered(history, conversation).filter((lane) => {
      const [first] = continuationOf(lane.last!.parts.history, history) ?? [];
      return first?.role === 'assistant';
    });
    const failed = (this.#byPoint.get(failurePoint(conversation, history)) ?? []).filter(
      (lane) =>
        this.#isAt(lane, failurePoint(conversation, history)) &&
        continuationOf(lane.last!.parts.history, history)?.length === 0,
    );
    return [...new Set([...answered, ...failed])];
  }

  /**
   * The lanes that gave the last answer in a request that continues none of them: the history was rewritten, or it
   * continues from an earlier answer. If some lanes gave that answer last, only those are returned. Lanes whose
   * request is still being answered are left out.
   */
  related({ history }: RequestParts, conversation: string | undefined): Lane[] {
    const all = this.#answered(history, conversation).filter(({ inFlight }) => inFlight === 0);
    const point = lastAnswerPoint(conversation, history);
    const latest = all.filter((lane) => this.#isAt(lane, point));
    return latest.length > 0 ? latest : all;
  }

  #answered(history: readonly WireMessage[], conversation: string | undefined): readonly Lane[] {
    const point = lastAnswerPoint(conversation, history);
    return (point !== undefined && this.#byPoint.get(point)) || [];
  }

  #isAt(lane: Lane, point: string | undefined): boolean {
    return point !== undefined && this.#latestPoint.get(lane) === point;
  }
}

function lastAnswerPoint(
  conversation: string | undefined,
  history: readonly WireMessage[],
): string | undefined {
  const answer = history.findLast((message) => message?.role === 'assistant');
  return answer && answerPoint(conversation, history[0], saidIn(answer));
}

/** The first message is part of the key, because conversations with the same answer usually begin differently. */
function answerPoint(
  conversation: string | undefined,
  first: WireMessage | undefined,
  { text, ids }: Said,
): string {
  const began = first?.role === 'assistant' ? '' : textOf(first?.content);
  return JSON.stringify([conversation, 'answer', began, text, ids]);
}

function failurePoint(conversation: string | undefined, history: readonly WireMessage[]): string {
  return JSON.stringify([conversation, 'failure', history.length, textOf(history.at(-1)?.content)]);
}
