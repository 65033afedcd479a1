import type { RecordedEvent } from '../../engine/run/events.ts';
import { CassetteAmbiguityError, CassetteMissError } from '../cassette-errors.ts';
import { sameSettingsAs } from './drift.ts';
import { historyOf, type History, requestHistory } from './history.ts';
import type { Lane } from './lane.ts';
import { LaneFinder } from './lane-finder.ts';
import type { RequestParts } from '../redact/request-parts.ts';
import type { Tape } from './tape.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { laneWords, numbersOf, openingsText, type CassetteWords } from './words.ts';
import { withoutNumbers } from '../../secrets/lane-secrets.ts';

/** A request, and everything that identifies its conversation. */
export interface Asked {
  readonly parts: RequestParts;
  readonly conversation: string | undefined;
  readonly events: readonly RecordedEvent[] | undefined;
}

/**
 * Decides which conversation a request belongs to: by the request's run, by the conversation's name, or by the
 * history that the request continues.
 *
 * It never guesses by similarity. If several conversations fit, and the choice could change the answer, it throws a
 * CassetteAmbiguityError.
 */
export class LaneChooser {
  readonly finder = new LaneFinder();
  readonly #tape: Tape;
  readonly #redactor: Redactor;
  readonly #words: CassetteWords;
  readonly #recorded: Openings;
  /** Conversations that are being recorded, by their beginnings. */
  readonly #begun = new Openings([]);
  /**
   * Lanes that began in the same way as a later lane. A request that continues such a lane is ambiguous, because it
   * could also belong to the later one.
   */
  readonly #withTwin = new WeakSet<Lane>();

  constructor(tape: Tape, redactor: Redactor, words: CassetteWords) {
    this.#tape = tape;
    this.#redactor = redactor;
    this.#words = words;
    this.#recorded = new Openings(tape.lanes);
  }

  /** The lane that a request belongs to; undefined if it begins a conversation that was not recorded. */
  choose(asked: Asked): Lane | undefined {
    const { parts, conversation, events } = asked;
    const own = this.finder.ofRun(events);
    if (own) return this.#withoutTwin(own);
    const continued = this.finder.continued(parts, conversation);
    const begins = this.#recorded.mayHave(parts) ? this.#beginning(asked, continued) : undefined;
    if (begins) return begins;
    if (continued.length > 0) return this.#withoutTwin(this.#only(this.#fitting(continued, asked)));
    const related = this.finder.related(parts, conversation);
    if (related.length > 0) return this.#withoutTwin(this.#only(this.#fitting(related, asked)));
    return this.#changed(asked);
  }

  /** Adds a lane for a conversation that begins to be recorded. */
  begin({ parts, conversation }: Asked): Lane {
    const opening = `${openingOfRequest(parts, conversation, this.#redactor)}${JSON.stringify([parts.model, parts.instructions])}`;
    for (const lane of this.#begun.alike(opening)) {
      if (lane.inFlight > 0) throw this.#ambiguous([lane]);
      this.#withTwin.add(lane);
    }
    const lane = this.#tape.addLane(conversation);
    this.#begun.add(lane, opening, parts.history.length);
    return lane;
  }

  /** The recorded lane that begins exactly like the request and has not been replayed yet, if there is one. */
  #beginning(asked: Asked, continued: readonly Lane[]): Lane | undefined {
    const opening = openingOfRequest(asked.parts, asked.conversation, this.#redactor);
    const alike = this.#recorded.alike(opening);
    const waiting = alike.filter(isWaiting);
    if (waiting.length === 0) return undefined;
    // If the request also continues a lane that has begun, that lane wins, because continuing is more common.
    if (continued.some((lane) => this.#expects(lane, asked))) return undefined;
    if (waiting.length === 1) return waiting[0];
    const narrowed = this.#ofAgent(waiting, asked);
    const exact = this.#withSettings(narrowed, asked);
    const best = exact.length > 0 ? exact : narrowed;
    const [first] = best;
    if (best.length === 1 || best.every((lane) => isSameRecording(lane, first!))) return first;
    const underWay = alike.filter((lane) => !isWaiting(lane) && lane.upcoming);
    if (underWay.length > 0) throw this.#ambiguous([...underWay, first!]);
    // Equal beginnings are replayed one after the other, in the recorded order.
    return first;
  }

  /**
   * The lane that a changed request probably belongs to. Nothing in the recording equals the request, but with this
   * lane an error can say what changed.
   */
  #changed(asked: Asked): Lane | undefined {
    const here = this.#tape.lanes.filter(({ conversation }) => conversation === asked.conversation);
    const waiting = here.filter(isWaiting);
    const narrowed = this.#ofAgent(waiting, asked);
    if (narrowed.length === 1) return narrowed[0];
    if (waiting.length > 1) {
      throw new CassetteMissError(
        `No recorded conversation begins like this request (${this.#words.path}). These recorded conversations have not begun yet:\n${openingsText(waiting)}\nIf the change is intended, record again: ${this.#words.again}`,
        {
          problem: 'no-conversation',
          file: this.#words.path,
          conversation: asked.conversation,
          lanes: numbersOf(waiting),
          command: this.#words.command,
        },
      );
    }
    // If the request names its conversation, the lane of that name is meant, even if its history has changed.
    const underWay = here.filter((lane) => lane.upcoming && !isWaiting(lane));
    return asked.conversation !== undefined && underWay.length === 1 ? underWay[0] : undefined;
  }

  /**
   * The lanes whose next interaction was recorded with the history of this request; without such a lane, all given lanes.
   */
  #fitting(lanes: readonly Lane[], asked: Asked): readonly Lane[] {
    if (lanes.length === 1) return lanes;
    const fitting = lanes.filter((lane) => this.#expects(lane, asked));
    return fitting.length > 0 ? fitting : lanes;
  }

  #only(lanes: readonly Lane[]): Lane {
    const [first] = lanes;
    if (lanes.length === 1 || lanes.every((lane) => isSameRecording(lane, first!))) return first!;
    throw this.#ambiguous(lanes);
  }

  #withoutTwin(lane: Lane): Lane {
    if (this.#withTwin.has(lane)) throw this.#ambiguous([lane]);
    return lane;
  }

  /** Whether the next interaction of a lane was recorded with the history of this request. */
  #expects(lane: Lane, { parts }: Asked): boolean {
    const records = lane.upcomingHistory();
    return (
      records !== undefined &&
      laneOpening(undefined, historyOf(records)) === openingOfRequest(parts, undefined, this.#redactor)
    );
  }

  #ofAgent(lanes: readonly Lane[], { parts, events }: Asked): readonly Lane[] {
    if (!events) return lanes;
    const own = lanes.filter(
      (lane) => this.#tape.agentOf(lane.upcoming!.request.agent) === lane.agentOf(parts, events),
    );
    return own.length > 0 ? own : lanes;
  }

  /**
   * The lanes whose next interaction was recorded with the settings of this request. Many lanes can share the same
   * settings in the file, which are compared only once.
   */
  #withSettings(lanes: readonly Lane[], { parts }: Asked): readonly Lane[] {
    const known = new Map<string, boolean>();
    return lanes.filter((lane) => {
      const label = lane.upcoming!.request.agent;
      const isSame = known.get(label) ?? sameSettingsAs(this.#tape.settings(label), parts, this.#redactor);
      known.set(label, isSame);
      return isSame;
    });
  }

  #ambiguous(lanes: readonly Lane[]): CassetteAmbiguityError {
    const which =
      lanes.length > 1
        ? `${lanes.map(laneWords).join(' and ')} of ${this.#words.path}`
        : `another conversation of ${this.#words.path}`;
    return new CassetteAmbiguityError(
      `This request could belong to ${which}, because they began alike and continue side by side. Give each conversation a name: run({ …, conversation: "ann" }), new Conversation({ …, id: "ann" }), or the header "x-swarmcheck-conversation".`,
      { file: this.#words.path, lanes: numbersOf(lanes), conversation: lanes[0]?.conversation },
    );
  }
}

function isWaiting(lane: Lane): boolean {
  return lane.position === 0 && lane.upcoming !== undefined;
}

/** Whether it makes no difference which of two lanes is replayed. */
function isSameRecording(left: Lane, right: Lane): boolean {
  return left === right || (left.position === right.position && left.text === right.text);
}

/** Conversations by their beginnings, so that a new conversation is compared with only a few recorded ones. */
export class Openings {
  readonly #lanes = new Map<string, Lane[]>();
  /** The number of known conversations, by the number of messages in their first request. */
  readonly #lengths = new Map<number, number>();

  constructor(lanes: readonly Lane[]) {
    for (const lane of lanes) this.add(lane, laneOpening(lane.conversation, lane.opening));
  }

  add(lane: Lane, opening: string, length = lane.interactions[0]?.request.new?.length ?? 0): void {
    const known = this.#lanes.get(opening);
    if (known) known.push(lane);
    else this.#lanes.set(opening, [lane]);
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
  }

  /** The lanes with exactly this beginning, in the order in which they began. */
  alike(opening: string): readonly Lane[] {
    return this.#lanes.get(opening) ?? [];
  }

  /**
   * Whether any lane may begin like this request. Compares only the number of messages, because `alike` needs the
   * whole history as a text.
   */
  mayHave({ history }: RequestParts): boolean {
    return this.#lengths.has(history.length);
  }
}

/** The beginning of a conversation as one text, which does not depend on its secrets. */
function laneOpening(conversation: string | undefined, { entries }: History): string {
  return withoutNumbers(JSON.stringify([conversation, ...entries.map((entry) => entry.comparable)]));
}

/** The beginning that a conversation would have if this request were its first. */
function openingOfRequest(parts: RequestParts, conversation: string | undefined, redactor: Redactor): string {
  return laneOpening(conversation, requestHistory(parts, redactor).history);
}
