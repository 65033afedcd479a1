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

/** A request, with all that tells whose it is. */
export interface Asked {
  readonly parts: RequestParts;
  readonly conversation: string | undefined;
  readonly events: readonly RecordedEvent[] | undefined;
}

/**
 * Says which conversation a request belongs to: by its run, by the name it comes with, or by the history that it continues.
 *
 * Never by what is merely alike: where several fit, and another answer could be served than was recorded, it is an error.
 */
export class LaneChooser {
  readonly finder = new LaneFinder();
  readonly #tape: Tape;
  readonly #redactor: Redactor;
  readonly #words: CassetteWords;
  readonly #recorded: Openings;
  /** Conversations that are being recorded, by how they began. */
  readonly #begun = new Openings([]);
  /** Those after whose beginning another one began alike. */
  readonly #withTwin = new WeakSet<Lane>();

  constructor(tape: Tape, redactor: Redactor, words: CassetteWords) {
    this.#tape = tape;
    this.#redactor = redactor;
    this.#words = words;
    this.#recorded = new Openings(tape.lanes);
  }

  /** The lane that a request belongs to; undefined where it begins one that was not recorded. */
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

  /** A lane for a conversation that begins to be recorded. */
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

  /** The recorded conversation that begins just so, if there is one that has not begun yet. */
  #beginning(asked: Asked, continued: readonly Lane[]): Lane | undefined {
    const opening = openingOfRequest(asked.parts, asked.conversation, this.#redactor);
    const alike = this.#recorded.alike(opening);
    const waiting = alike.filter(isWaiting);
    if (waiting.length === 0) return undefined;
    // It may as well go on from where it is, which is what most do.
    if (continued.some((lane) => this.#expects(lane, asked))) return undefined;
    if (waiting.length === 1) return waiting[0];
    const narrowed = this.#ofAgent(waiting, asked);
    const exact = this.#withSettings(narrowed, asked);
    const best = exact.length > 0 ? exact : narrowed;
    const [first] = best;
    if (best.length === 1 || best.every((lane) => isSameRecording(lane, first!))) return first;
    const underWay = alike.filter((lane) => !isWaiting(lane) && lane.upcoming);
    if (underWay.length > 0) throw this.#ambiguous([...underWay, first!]);
    // One after the other, as they were recorded.
    return first;
  }

  /** The one that is meant where nothing is as it was recorded, so that can be said what changed. */
  #changed(asked: Asked): Lane | undefined {
    const here = this.#tape.lanes.filter(({ conversation }) => conversation === asked.conversation);
    const waiting = here.filter(isWaiting);
    const narrowed = this.#ofAgent(waiting, asked);
    if (narrowed.length === 1) return narrowed[0];
    if (waiting.length > 1) {
      throw new CassetteMissError(
        `No conversation that was recorded begins like this one (${this.#words.path}). Still to come are:\n${openingsText(waiting)}\nIf the change is meant, record again: ${this.#words.again}`,
        {
          problem: 'no-conversation',
          file: this.#words.path,
          conversation: asked.conversation,
          lanes: numbersOf(waiting),
          command: this.#words.command,
        },
      );
    }
    // A name says whose it is, whatever its history has become.
    const underWay = here.filter((lane) => lane.upcoming && !isWaiting(lane));
    return asked.conversation !== undefined && underWay.length === 1 ? underWay[0] : undefined;
  }

  /** Of several, those that this is due in. */
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

  /** Whether the next interaction of a lane was asked with this history. */
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

  /** Those that were asked with these settings: looked at once for each, however many share them. */
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
      `This request could belong to ${which}: they began alike, and go on side by side. Tell them apart by a name: run({ …, conversation: "ann" }), new Conversation({ …, id: "ann" }), or the header "x-swarmcheck-conversation".`,
      { file: this.#words.path, lanes: numbersOf(lanes), conversation: lanes[0]?.conversation },
    );
  }
}

function isWaiting(lane: Lane): boolean {
  return lane.position === 0 && lane.upcoming !== undefined;
}

/** Whether it makes no difference which of two is played. */
function isSameRecording(left: Lane, right: Lane): boolean {
  return left === right || (left.position === right.position && left.text === right.text);
}

/** Conversations by how they begin, so that a new one is held against few of those that were recorded. */
export class Openings {
  readonly #lanes = new Map<string, Lane[]>();
  /** How many are known whose first request has so many messages. */
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

  /** Those that begin with just this, in the order in which they began. */
  alike(opening: string): readonly Lane[] {
    return this.#lanes.get(opening) ?? [];
  }

  /** Whether there can be any for a request: looking costs a look at all of its history. */
  mayHave({ history }: RequestParts): boolean {
    return this.#lengths.has(history.length);
  }
}

/** What a conversation begins with, as one text that is the same whatever its secrets are. */
function laneOpening(conversation: string | undefined, { entries }: History): string {
  return withoutNumbers(JSON.stringify([conversation, ...entries.map((entry) => entry.comparable)]));
}

/** The same of a request. */
function openingOfRequest(parts: RequestParts, conversation: string | undefined, redactor: Redactor): string {
  return laneOpening(conversation, requestHistory(parts, redactor).history);
}
