import type { RecordedEvent } from '../../engine/run/events.ts';
import { commonStart, firstAgent, handoffTarget } from '../../trace/continuation.ts';
import { lineDiff } from '../../trace/difference.ts';
import { CassetteMismatchError, type Drift } from '../cassette-errors.ts';
import { isOver, joined, type InteractionRecord, type MessageRecord } from '../format/format.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { comparableText, History, historyOf, requestHistory } from './history.ts';
import { recordedCallsOf, resultMessages, answerOf, resultsInEvents, resultsInHistory } from './answers.ts';
import { messageRecord } from '../redact/message-record.ts';
import type { RequestParts } from '../redact/request-parts.ts';

/** The last request of a lane. */
interface LastRequest {
  readonly parts: RequestParts;
  readonly events: readonly RecordedEvent[] | undefined;
  /** The number of events at the time of the request. */
  readonly eventCount: number;
}

/**
 * One conversation: its interactions, and the position in them.
 *
 * It keeps two histories: `told` is the recorded history, and `shown` is the history in the requests that are made
 * now. While a conversation is recorded, the two are equal.
 */
export class Lane {
  /** From 1, in the order in which the lanes began. */
  readonly number: number;
  /** The name of the conversation, if it has one. */
  readonly conversation: string | undefined;
  readonly interactions: InteractionRecord[];
  readonly secrets = new LaneSecrets();
  readonly told = new History();
  readonly shown = new History();
  /** The number of messages with which both histories are known to begin. */
  verified = 0;
  /** The number of interactions that have been requested. */
  position = 0;
  /** The drift in the settings of the last request. */
  settingsDrift: readonly Drift[] = [];
  /** Drift that was found between two requests, to be reported with the next one. */
  readonly noted: Drift[] = [];
  /** The value of `position` when `endDrift` was last called. */
  endComparedAt: number | undefined;
  /** Whether the last request failed and was not kept. */
  endedInNothing = false;
  /** The error that ended the conversation, if a request did not fit. */
  failure: Error | undefined;
  /** The number of requests that are being answered. */
  inFlight = 0;
  /** The number of interactions that come from the file. */
  readonly #fromFile: number;
  #last: LastRequest | undefined;
  #agent = firstAgent;
  #text: string | undefined;
  #opening: History | undefined;

  constructor(
    number: number,
    conversation: string | undefined,
    interactions: readonly InteractionRecord[] = [],
  ) {
    this.number = number;
    this.conversation = conversation;
    this.interactions = [...interactions];
    this.#fromFile = interactions.length;
  }

  /** The interaction that comes next; undefined at the end of the recording. */
  get upcoming(): InteractionRecord | undefined {
    return this.interactions[this.position];
  }

  /**
   * The number of interactions that were not requested. An interaction whose request was stopped by a mismatch counts
   * as requested.
   */
  get unused(): number {
    const asked = this.position + (this.failure instanceof CassetteMismatchError ? 1 : 0);
    return Math.max(0, this.interactions.length - asked);
  }

  /** The interaction that was requested last. */
  get current(): InteractionRecord | undefined {
    return this.interactions[this.position - 1];
  }

  /** The last request. */
  get last(): LastRequest | undefined {
    return this.#last;
  }

  /**
   * The name of the agent that makes a request. The events of a run name the agent. Without events, the agent changes
   * when the last answer calls a handoff tool and the next request has other instructions.
   */
  agentOf(parts: RequestParts, events: readonly RecordedEvent[] | undefined): string {
    const request = events?.findLast((event) => event.type === 'model-request');
    if (request) return (this.#agent = request.agent);
    const answer = this.current && answerOf(this.current);
    const target = recordedCallsOf(answer)
      .map(({ name }) => handoffTarget(name))
      .findLast((name) => name !== undefined);
    if (target !== undefined && this.#last?.parts.instructions !== parts.instructions) this.#agent = target;
    return this.#agent;
  }

  /** The interactions as one text, cached at its first use. Interactions that are recorded later are not in it. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.interactions));
  }

  /** The messages of the first request, by which a lane is found, and with which its recorded history starts. */
  get opening(): History {
    return (this.#opening ??= historyOf(this.interactions[0]?.request.new ?? []));
  }

  /** The recorded messages of the request that comes next. */
  upcomingHistory(): MessageRecord[] | undefined {
    const { current, upcoming, told } = this;
    if (!upcoming) return undefined;
    const answer = current && answerOf(current);
    const records = told.entries.map(({ record }) => record);
    if (answer) records.push(answer, ...resultMessages(answer, current?.results ?? []));
    const { keep = records.length, new: added = [] } = upcoming.request;
    return [...records.slice(0, keep), ...added];
  }

  /** Updates the recorded history to the request that comes next. */
  tellUpcoming(): void {
    if (this.position === 0) {
      this.told.adopt(this.opening);
      return;
    }
    const { keep, new: added = [] } = this.upcoming!.request;
    this.#tellCurrent();
    if (keep !== undefined) this.told.truncate(keep);
    this.verified = Math.min(this.verified, this.told.entries.length);
    for (const record of added) this.told.add(record);
  }

  /** Updates the shown history to a request. */
  show(parts: RequestParts, redactor: Redactor): void {
    const { history } = parts;
    const kept = this.#last ? commonStart(this.#last.parts.history, history) : 0;
    this.shown.truncate(kept);
    this.verified = Math.min(this.verified, kept);
    this.#showOnwards(parts, kept, redactor);
    this.#last = { parts, events: undefined, eventCount: 0 };
  }

  #showOnwards(parts: RequestParts, kept: number, redactor: Redactor): void {
    const { history, start } = parts;
    if (this.shown.entries.length === 0 && this.secrets.isEmpty) {
      const { history: whole, isPlain } = requestHistory(parts, redactor);
      if (isPlain) return this.shown.adopt(whole);
    }
    for (let place = kept; place < history.length; place++) {
      const like = this.told.entries[place]?.record;
      this.shown.add(messageRecord(history[place]!, start + place, redactor, this.secrets, like));
    }
  }

  /**
   * Begins a new interaction. The record of its request has only the messages of `shown` that `told` does not have
   * yet.
   */
  begin(agent: string): InteractionRecord {
    this.#readShownResults();
    this.#tellCurrent();
    const { told, shown } = this;
    const kept = told.commonStart(shown, Math.min(this.verified, told.entries.length));
    const added = shown.entries.slice(kept).map(({ record }) => record);
    // If the previous request is still being answered, its answer is not in this request, so it must not count as
    // kept.
    const isAhead = this.current !== undefined && !isOver(this.current);
    const request = {
      agent,
      ...((kept < told.entries.length || isAhead) && { keep: kept }),
      ...(added.length > 0 && { new: added }),
    };
    told.truncate(kept);
    for (const record of added) told.add(record);
    this.verified = told.entries.length;
    const interaction = { number: this.position + 1, request, ms: 0 };
    this.interactions.push(interaction);
    return interaction;
  }

  /** Moves on to the next interaction. */
  take(events: readonly RecordedEvent[] | undefined): void {
    this.position++;
    this.endedInNothing = false;
    if (this.#last) this.#last = { ...this.#last, events, eventCount: events?.length ?? 0 };
  }

  /** Removes an interaction that must not be kept. */
  forget(interaction: InteractionRecord): void {
    this.endedInNothing = true;
    // If later interactions build on this one, it stays, as aborted.
    if (this.interactions.at(-1) !== interaction) {
      Object.assign(interaction, { aborted: true });
      return;
    }
    this.interactions.pop();
    this.position--;
    this.#tellAnew();
  }

  /** Ends a recording. A request that never got an answer is recorded as aborted if a later request got one. */
  settle(): void {
    const last = this.interactions.findLastIndex(isOver);
    for (const interaction of this.interactions.slice(0, Math.max(0, last)))
      if (!isOver(interaction)) interaction.aborted = true;
  }

  /**
   * Adds the results of the last answer's calls to its interaction, if the events of the run have them. Must be
   * called before `show` gets the next request.
   */
  readResults(redactor: Redactor): void {
    const { parts, events, eventCount = 0 } = this.#last ?? {};
    if (!this.#lacksResults || !parts || !events) return;
    // In the next request, the answer follows the messages of this request, and the results follow the answer.
    const place = parts.start + parts.history.length + 1;
    Object.assign(this.current!, resultsInEvents(events, eventCount, place, redactor, this.secrets));
  }

  /**
   * The drift in the results of the last calls, which no later request shows. Compares the recorded results with the
   * results in the events of the run.
   */
  endDrift(redactor: Redactor): Drift[] {
    const { current } = this;
    const { parts, events, eventCount = 0 } = this.#last ?? {};
    if (this.upcoming || this.position > this.#fromFile || !current?.results || !parts || !events) return [];
    const place = parts.start + parts.history.length + 1;
    const { results = [] } = resultsInEvents(
      events,
      eventCount,
      place,
      redactor,
      this.secrets,
      current.results,
    );
    return current.results.flatMap(({ tool, content }, index) => {
      const [before, after] = [joined(content), joined(results[index]?.content ?? '(no result)')];
      if (comparableText(before) === comparableText(after)) return [];
      return [{ part: 'history' as const, name: tool, at: place + index, diff: lineDiff(before, after) }];
    });
  }

  /** Reads the results of the last answer's calls from the next request, if no events have shown them. */
  #readShownResults(): void {
    const { current } = this;
    const answer = current && answerOf(current);
    if (!answer || !this.#lacksResults) return;
    const following = this.shown.entries.slice(this.told.entries.length + 1);
    const messages = following.map(({ record }) => record);
    Object.assign(current, resultsInHistory(answer, messages));
  }

  get #lacksResults(): boolean {
    return this.current !== undefined && this.position > this.#fromFile && this.current.results === undefined;
  }

  /** Rebuilds the recorded history, up to the last interaction that is left. */
  #tellAnew(): void {
    const { told, interactions } = this;
    told.truncate(0);
    for (const [index, { request }] of interactions.entries()) {
      if (index > 0) this.#tellAnswer(interactions[index - 1]);
      const { keep = told.entries.length, new: added = [] } = request;
      told.truncate(keep);
      for (const record of added) told.add(record);
    }
    this.verified = 0;
  }

  #tellCurrent(): void {
    this.#tellAnswer(this.current);
  }

  #tellAnswer(interaction: InteractionRecord | undefined): void {
    const answer = interaction && answerOf(interaction);
    if (!answer) return;
    this.told.add(answer);
    for (const record of resultMessages(answer, interaction.results ?? [])) this.told.add(record);
  }
}
