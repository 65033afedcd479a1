import type { RecordedEvent } from '../../engine/run/events.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { textOf } from '../../trace/format.ts';
import { continuationOf } from '../../trace/continuation.ts';
import type { Lane } from './lane.ts';
import { saidIn, type Said } from './answers.ts';
import type { RequestParts } from '../redact/request-parts.ts';

type Events = readonly RecordedEvent[];

/**
 * Finds lanes by the points from which they can be continued, so that a request is compared with only a few of them.
 */
export class LaneFinder {
  readonly #byRun = new WeakMap<Events, Lane>();
  /** The lanes that were at each point, the latest last. */
  readonly #byPoint = new Map<string, Lane[]>();
  readonly #latestPoint = new WeakMap<Lane, string>();

  /** Notes that later requests of this run belong to the lane. */
  noteRun(events: Events | undefined, lane: Lane): void {
    if (events) this.#byRun.set(events, lane);
  }

  /** Notes the last answer of a lane. `said` is undefined if no usable answer arrived. */
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

  /** The lanes that a request continues from where they are, or whose failed request it repeats. */
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
   * The lanes that gave the last answer in a request whose history differs: it was rewritten, or it continues from an
   * earlier point. If that answer is the latest of some lanes, only those are returned.
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

/** The beginning is part of the key, because conversations with the same answer usually begin differently. */
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
