import type { CompletionOptions, CompletionProvider, CompletionRequest } from '../engine/model/provider.ts';
import { runOf } from '../engine/run/run-of.ts';
import { LaneChooser, type Asked } from './match/choose-lane.ts';
import { CassetteFileError, type Drift } from './cassette-errors.ts';
import { shownPath } from '../files/path.ts';
import { Keeper } from './record/keeper.ts';
import { answerOf } from './match/answers.ts';
import { driftKey, historyDrift, settingsDrift } from './match/drift.ts';
import type { Lane } from './match/lane.ts';
import {
  partsOf,
  type RequestParts,
  sameSettings,
  settingsOf,
  assertValidNames,
} from './redact/request-parts.ts';
import { Tape } from './match/tape.ts';
import {
  dueOutcome,
  duePieces,
  playCompletion,
  playStream,
  type PlayedInteraction,
} from './serve-interaction.ts';
import { recordCompletion, recordStream, type Recording } from './record/record.ts';
import { Redactor } from '../secrets/redactor.ts';
import { noteServed } from './replay-tools.ts';
import type { CassetteSummary, CassetteSettings } from './session-settings.ts';
import {
  againWords,
  fieldsOf,
  mismatchError,
  mismatchText,
  missError,
  placeInTape,
  recordCommand,
  unusedError,
  type CassetteWords,
  type MismatchPlace,
} from './match/words.ts';

/** A cassette in use. Each request is compared with the recording and answered from it, or recorded. */
export class CassetteSession implements CompletionProvider {
  readonly words: CassetteWords;
  readonly tape: Tape;
  readonly #settings: CassetteSettings;
  readonly #redactor: Redactor;
  readonly #lanes: LaneChooser;
  readonly #keeper: Keeper | undefined;
  readonly #counts = { served: 0, exact: 0, drifted: 0 };
  /**
   * For each label of settings, the latest request whose settings had no drift. Most conversations share their
   * settings, so a request that repeats these settings is not compared again.
   */
  readonly #exactSettings = new Map<string, RequestParts>();
  /** The keys of the drift that was reported already, if drift is not an error. */
  readonly #told = new Set<string>();
  #isClosed = false;
  #isDiscarded = false;

  constructor(settings: CassetteSettings) {
    const { path, file, origin, live, redact } = settings;
    this.#settings = settings;
    this.#redactor = new Redactor(redact);
    this.tape = new Tape(file, origin);
    const command = settings.command ?? recordCommand(this.tape.origin, path);
    this.words = { path: shownPath(path), command, again: againWords(command) };
    this.#lanes = new LaneChooser(this.tape, this.#redactor, this.words);
    this.#keeper = live && new Keeper(this.tape, settings, this.#redactor);
  }

  readonly complete: CompletionProvider['complete'] = async (request, options) => {
    options?.signal?.throwIfAborted();
    const turn = this.#begin(request, options);
    if (!('served' in turn)) return await recordCompletion(turn, request, options);
    const { outcome, said } = await dueOutcome(turn, options);
    this.#lanes.finder.notePoint(turn.lane, said);
    return await playCompletion(turn, outcome, options);
  };

  readonly stream: CompletionProvider['stream'] = (request, options) => this.#chunks(request, options);

  get summary(): CassetteSummary {
    const unused = this.tape.lanes.reduce((count, lane) => count + lane.unused, 0);
    return { ...this.#counts, unused };
  }

  /** The number of interactions that were recorded. */
  get recorded(): number {
    return this.#isDiscarded ? 0 : (this.#keeper?.count ?? 0);
  }

  /** Each distinct drift so far, if drift is not an error. */
  readonly drifts: Drift[] = [];

  /** Whether a conversation ended with a request that got no usable answer. */
  get endedInError(): boolean {
    return this.tape.lanes.some(
      ({ current, endedInNothing }) =>
        endedInNothing || (current !== undefined && answerOf(current) === undefined),
    );
  }

  /**
   * Throws the error of the first request that did not fit. If all requests fit, throws a CassetteUnusedError if
   * recorded interactions were not requested.
   */
  assertComplete(): void {
    if (this.failure) throw this.failure;
    this.assertUsed();
  }

  /** Like `assertComplete`, but does not throw the error of a request again, because its caller got it already. */
  assertUsed(): void {
    if (this.failure) return;
    this.compareEnds();
    const { unused } = this.summary;
    if (unused === 0) return;
    throw unusedError(this.words, this.tape.lanes, unused);
  }

  /** Writes the recorded interactions that are not in the file yet, and releases the file. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#keeper?.close();
  }

  /**
   * Like `close`, for the end of an `await using` block. A CassetteFileError goes to stderr, so that it does not hide
   * the error that left the block.
   */
  dispose(): void {
    try {
      this.close();
    } catch (error) {
      if (!(error instanceof CassetteFileError)) throw error;
      (this.#settings.warn ?? toStderr)(error.message);
    }
  }

  /** The error of the first request that did not fit, even if its caller got it already. */
  get failure(): Error | undefined {
    return this.tape.failure;
  }

  /** Compares the results of each conversation's last calls with the recording. No later request shows them. */
  compareEnds(): void {
    const drift = this.tape.lanes.flatMap((lane) => {
      const noted = lane.noted.splice(0);
      if (lane.endComparedAt === lane.position) return noted;
      lane.endComparedAt = lane.position;
      return [...noted, ...lane.endDrift(this.#redactor)];
    });
    if (drift.length > 0) this.#mismatch(drift, this.words.path, {});
  }

  /** Gives the recording up. Interactions that are not in the file yet are never written. */
  discard(): void {
    this.#isClosed = true;
    this.#isDiscarded = true;
    this.#keeper?.discard();
  }

  /** A generator, so that the session serves or records nothing before the caller reads the first chunk. */
  async *#chunks(
    request: CompletionRequest,
    options: CompletionOptions | undefined,
  ): ReturnType<CompletionProvider['stream']> {
    options?.signal?.throwIfAborted();
    const turn = this.#begin(request, options);
    if (!('served' in turn)) return yield* recordStream(turn, request, options);
    const { pieces, said } = await duePieces(turn, options);
    this.#lanes.finder.notePoint(turn.lane, said);
    yield* playStream(turn, pieces, options);
  }

  #begin(request: CompletionRequest, options: CompletionOptions | undefined): PlayedInteraction | Recording {
    if (this.#isClosed)
      throw new CassetteFileError(
        `${this.words.path} is closed, so it cannot answer this request. Close it after the last request.`,
        {
          problem: 'closed',
          file: this.words.path,
        },
      );
    const conversation = options?.conversation;
    const asked: Asked = { parts: partsOf(request), conversation, events: runOf(options) };
    let lane: Lane | undefined;
    try {
      lane = this.#lanes.choose(asked);
      // After a request of this conversation did not fit, comparing later ones would prove nothing.
      if (lane?.failure) throw lane.failure;
      return lane?.upcoming ? this.#play(lane, asked) : this.#record(lane, asked);
    } catch (error) {
      this.tape.noteFailure(error, lane);
      throw error;
    }
  }

  #play(lane: Lane, { parts, events }: Asked): PlayedInteraction {
    const interaction = lane.upcoming!;
    // A secret that is recorded later must not get a placeholder that this interaction uses.
    if (this.#settings.live) lane.secrets.reserve(interaction);
    const place = () => placeInTape(this.words, lane, interaction.number, this.tape.lanes.length);
    const agent = lane.agentOf(parts, events);
    const drift = [...lane.noted.splice(0), ...this.#settingsDrift(lane, parts, agent)];
    lane.tellUpcoming();
    lane.show(parts, this.#redactor);
    const inHistory = historyDrift(lane.told, lane.shown, lane.verified, parts.start);
    lane.verified = inHistory ? inHistory.at - parts.start : lane.told.entries.length;
    if (inHistory) drift.push(inHistory);
    if (drift.length > 0)
      this.#mismatch(drift, place(), { ...fieldsOf(lane), interaction: interaction.number, agent });
    this.#take(lane, events);
    this.#counts.served++;
    if (drift.length === 0) this.#counts.exact++;
    return {
      served: interaction,
      lane,
      file: this.words.path,
      place,
      inRealTime: this.#settings.inRealTime ?? false,
    };
  }

  /**
   * The drift in the settings of a request. Most requests repeat the settings of an earlier request, so the result of
   * the earlier comparison is reused.
   */
  #settingsDrift(lane: Lane, parts: RequestParts, agent: string): readonly Drift[] {
    const { last, current, upcoming } = lane;
    const label = upcoming!.request.agent;
    if (last && current?.request.agent === label && sameSettings(last.parts, parts))
      return lane.settingsDrift;
    const exact = this.#exactSettings.get(label);
    if (exact && sameSettings(exact, parts)) return (lane.settingsDrift = []);
    const recorded = this.tape.settings(label);
    const settings = settingsOf(parts, this.#redactor, lane.secrets, recorded);
    lane.settingsDrift = settingsDrift(recorded, settings, agent);
    // Reading the settings tells a conversation which secrets they contain, so settings with secrets are not cached.
    if (lane.settingsDrift.length === 0 && lane.secrets.isEmpty) this.#exactSettings.set(label, parts);
    return lane.settingsDrift;
  }

  #record(known: Lane | undefined, asked: Asked): Recording {
    const { live } = this.#settings;
    if (!live || !this.#keeper) throw missError(this.words, asked, known, this.tape.lanes, this.#settings);
    const { parts, events } = asked;
    this.#keeper.open();
    const lane = known ?? this.#lanes.begin(asked);
    if (!known) this.#redactor.data(lane.secrets, this.#settings.known, ['contextVariables']);
    const agent = lane.agentOf(parts, events);
    assertValidNames(lane, agent, parts.model, this.words.path);
    lane.readResults(this.#redactor);
    const settings = settingsOf(parts, this.#redactor, lane.secrets);
    lane.show(parts, this.#redactor);
    const interaction = lane.begin(this.tape.label(settings, agent));
    this.#take(lane, events);
    return {
      interaction,
      lane,
      live,
      redactor: this.#redactor,
      tape: this.tape,
      finder: this.#lanes.finder,
      keeper: this.#keeper,
    };
  }

  #take(lane: Lane, events: Asked['events']): void {
    lane.take(events);
    this.#lanes.finder.noteRun(events, lane);
    noteServed(events, { path: this.#settings.path, lane, redactor: this.#redactor });
  }

  /** Reports drift: throws if drift is an error. */
  #mismatch(drift: readonly Drift[], place: string, where: MismatchPlace): void {
    const { onMismatch = 'error', warn = toStderr } = this.#settings;
    this.#counts.drifted++;
    const news = drift.filter((one) => !this.#told.has(driftKey(one)));
    if (onMismatch === 'error') {
      const error = mismatchError(this.words, place, where, drift);
      this.tape.noteFailure(error);
      throw error;
    }
    for (const one of news) this.#told.add(driftKey(one));
    this.drifts.push(...news);
    if (onMismatch === 'warn' && news.length > 0) warn(mismatchText(place, news, this.words.again));
  }
}

function toStderr(message: string): void {
  process.stderr.write(`${message}\n`);
}
