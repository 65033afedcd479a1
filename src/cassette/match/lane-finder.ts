import type { RecordedEvent } from '../../engine/run/events.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { textOf } from '../../trace/format.ts';
import { continuationOf } from '../../trace/continuation.ts';
import type { Lane } from './lane.ts';
import { saidIn, type Said } from './answers.ts';
import type { RequestParts } from '../redact/request-parts.ts';

type Events = readonly RecordedEvent[];

/** Lanes by the points from which they can be gone on: so a request is held against few of them, however many there are. */
export class LaneFinder {
  readonly #byRun = new WeakMap<Events, Lane>();
  /** Of each point those that were there, the latest last. */
  readonly #byPoint = new Map<string, Lane[]>();
  readonly #latestPoint = new WeakMap<Lane, string>();

  /** From here on, requests of this run are the lane's. */
  noteRun(events: Events | undefined, lane: Lane): void {
    if (events) this.#byRun.set(events, lane);
  }

  /** Notes what a lane was answered last; undefined where nothing usable came. */
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

  /** The lane of a run that has asked before. */
  ofRun(events: Events | undefined): Lane | undefined {
    return events && this.#byRun.get(events);
  }

  /** Those that a request goes on from where they are, or asks once more what failed. */
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
   * Those that gave the last answer that a request shows, though its history is another one: rewritten since, or gone on from
   * an earlier point. Where that is the latest of some, those.
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

/** Conversations that gave the same answer differ in how they began, more often than not. */
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
