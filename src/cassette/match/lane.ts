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

/** The request that a lane was asked with last. */
interface LastRequest {
  readonly parts: RequestParts;
  readonly events: readonly RecordedEvent[] | undefined;
  /** How many events there were then. */
  readonly eventCount: number;
}

/**
 * One conversation: its interactions, and how far it has come.
 *
 * Two histories are kept side by side: the one that the recording tells, and the one that the requests show. While a
 * conversation is recorded they are the same.
 */
export class Lane {
  /** From 1, in the order in which they began. */
  readonly number: number;
  /** What tells it from others, where it has a name. */
  readonly conversation: string | undefined;
  readonly interactions: InteractionRecord[];
  readonly secrets = new LaneSecrets();
  readonly told = new History();
  readonly shown = new History();
  /** How many messages both histories are known to begin with. */
  verified = 0;
  /** How many of its interactions have been asked for. */
  position = 0;
  /** Of the request before, against its recording. */
  settingsDrift: readonly Drift[] = [];
  /** What came up between two of its requests, to be told with the next. */
  readonly noted: Drift[] = [];
  /** How many interactions had been asked for when its end was looked at. */
  endComparedAt: number | undefined;
  /** Whether what was asked last came to nothing that is kept. */
  endedInNothing = false;
  /** What ended it, if something did not fit. */
  failure: Error | undefined;
  /** How many requests are being answered. */
  inFlight = 0;
  /** How many of the interactions come from the file. */
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

  /** The interaction that is due; undefined beyond the end of the recording. */
  get upcoming(): InteractionRecord | undefined {
    return this.interactions[this.position];
  }

  /** How many of its interactions nobody has asked for: one that was asked for otherwise is none of them. */
  get unused(): number {
    const asked = this.position + (this.failure instanceof CassetteMismatchError ? 1 : 0);
    return Math.max(0, this.interactions.length - asked);
  }

  /** The interaction that was asked for last. */
  get current(): InteractionRecord | undefined {
    return this.interactions[this.position - 1];
  }

  /** The request it was asked with last. */
  get last(): LastRequest | undefined {
    return this.#last;
  }

  /** Who asks: the agent of the run, or the one that the wire shows to have been handed over to. */
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

  /** All of its interactions, as one text. Of what is in the file: the rest still grows. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.interactions));
  }

  /** What it begins with: looked for by that, and told when it is found. */
  get opening(): History {
    return (this.#opening ??= historyOf(this.interactions[0]?.request.new ?? []));
  }

  /** The messages that the interaction that is due was asked with. */
  upcomingHistory(): MessageRecord[] | undefined {
    const { current, upcoming, told } = this;
    if (!upcoming) return undefined;
    const answer = current && answerOf(current);
    const records = told.entries.map(({ record }) => record);
    if (answer) records.push(answer, ...resultMessages(answer, current?.results ?? []));
    const { keep = records.length, new: added = [] } = upcoming.request;
    return [...records.slice(0, keep), ...added];
  }

  /** Brings the told history to what the interaction that is due was asked with. */
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

  /** Brings the shown history to what a request shows. */
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

  /** Begins an interaction that is new: its request is what the shown history has beyond the told one. */
  begin(agent: string): InteractionRecord {
    this.#readShownResults();
    this.#tellCurrent();
    const { told, shown } = this;
    const kept = told.commonStart(shown, Math.min(this.verified, told.entries.length));
    const added = shown.entries.slice(kept).map(({ record }) => record);
    // An answer that is still to come was not there: it will not be among what is kept.
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

  /** Goes on to the interaction that is due. */
  take(events: readonly RecordedEvent[] | undefined): void {
    this.position++;
    this.endedInNothing = false;
    if (this.#last) this.#last = { ...this.#last, events, eventCount: events?.length ?? 0 };
  }

  /** Takes an interaction back of which nothing is to be kept. */
  forget(interaction: InteractionRecord): void {
    this.endedInNothing = true;
    // Others began since, on its ground.
    if (this.interactions.at(-1) !== interaction) {
      Object.assign(interaction, { aborted: true });
      return;
    }
    this.interactions.pop();
    this.position--;
    this.#tellAnew();
  }

  /** At the end of a recording: whoever asks on without an answer waits for it no more. */
  settle(): void {
    const last = this.interactions.findLastIndex(isOver);
    for (const interaction of this.interactions.slice(0, Math.max(0, last)))
      if (!isOver(interaction)) interaction.aborted = true;
  }

  /** Notes what the calls of the last answer came to, where its run tells it. To be called before the next request is shown. */
  readResults(redactor: Redactor): void {
    const { parts, events, eventCount = 0 } = this.#last ?? {};
    if (!this.#lacksResults || !parts || !events) return;
    // The answer stands right after the request's own messages.
    const place = parts.start + parts.history.length + 1;
    Object.assign(this.current!, resultsInEvents(events, eventCount, place, redactor, this.secrets));
  }

  /** How the results of the last calls differ from the recording: no request shows them any more. */
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

  /** The same where only the next request tells it. */
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

  /** The told history up to the last interaction that is left. */
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
