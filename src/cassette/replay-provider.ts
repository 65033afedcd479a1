/// <reference lib="esnext.disposable" preserve="true" />
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { didYouMean } from '../engine/values/did-you-mean.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { cassettePath } from './format/read.ts';
import { noSuchFile, readCassette } from './format/read.ts';
import type { Redact } from '../secrets/redactor.ts';
import type { CassetteSummary, MismatchPolicy } from './session-settings.ts';
import { CassetteSession } from './session.ts';

/** How a cassette is replayed. */
export interface ReplayOptions {
  /** "error". What is done where a request is not as it was recorded: "warn" tells it on stderr, "ignore" only counts it; both answer all the same. */
  onMismatch?: MismatchPolicy | undefined;
  /** The function that it was recorded with, if there was one: requests are compared as they are stored. */
  redact?: Redact | undefined;
  /** "none". Whether answers, and the pieces of streams, take the time that they took. */
  timing?: 'none' | 'recorded' | undefined;
}

/** A provider that answers from a cassette. */
export interface ReplayProvider extends CompletionProvider, Disposable {
  /** In interactions. */
  readonly summary: Readonly<CassetteSummary>;
  /** Throws what did not fit, else a CassetteUnusedError for interactions that nobody asked for. */
  assertComplete(): void;
}

/**
 * A provider that answers from a cassette, offline: the n-th request of a conversation gets its n-th answer, and is held
 * against what was recorded. A streamed recording also answers unstreamed, and the other way round. Conversations are told
 * apart by `conversation`, or by the history that a request continues.
 *
 * Requests reject with a CassetteMismatchError that says which parts changed, each with a diff; with a CassetteMissError
 * beyond the end of what was recorded; with a CassetteAmbiguityError where it cannot be told whose a request is; or with the
 * error that was recorded. Disposing of it throws a CassetteUnusedError for interactions that are left, but not where something
 * did not fit, which the caller was told. Throws a CassetteFileError for a file that is not there, is no cassette, is damaged, or of a newer version.
 */
export function replayProvider(cassette: string, options: ReplayOptions = {}): ReplayProvider {
  assertValidReplayOptions('replayProvider', options, ['onMismatch', 'redact', 'timing']);
  const path = cassettePath(cassette);
  const file = readCassette(path);
  if (!file) throw noSuchFile(path);
  const { onMismatch, redact, timing } = options;
  const inRealTime = timing === 'recorded';
  return new Replay(new CassetteSession({ path, file, live: undefined, onMismatch, redact, inRealTime }));
}

/** A session as its users see it. Methods are fields, so that a decorator may spread a provider. */
export class SessionProvider implements CompletionProvider {
  readonly complete: CompletionProvider['complete'];
  readonly stream: CompletionProvider['stream'];
  readonly assertComplete: () => void;
  readonly #session: CassetteSession;

  constructor(session: CassetteSession) {
    this.#session = session;
    this.complete = session.complete;
    this.stream = session.stream;
    this.assertComplete = () => session.assertComplete();
  }

  get summary(): CassetteSummary {
    return this.#session.summary;
  }
}

class Replay extends SessionProvider implements ReplayProvider {
  readonly #session: CassetteSession;

  constructor(session: CassetteSession) {
    super(session);
    this.#session = session;
  }

  [Symbol.dispose](): void {
    this.#session.assertUsed();
  }
}

const policies: readonly string[] = ['error', 'warn', 'ignore'] satisfies MismatchPolicy[];

/** Throws a TypeError for options that nobody reads, or that say what there is not. */
export function assertValidReplayOptions(who: string, options: object, known: readonly string[]): void {
  assertKnownOptions(who, options, known);
  const { onMismatch, timing } = options as ReplayOptions;
  assertValidWord(`The onMismatch of ${who}`, onMismatch, policies);
  assertValidWord(`The timing of ${who}`, timing, ['none', 'recorded']);
}

function assertValidWord(what: string, given: unknown, words: readonly string[]): void {
  if (given === undefined || words.includes(given as string)) return;
  const hint = typeof given === 'string' ? didYouMean(given, words) : '';
  throw new TypeError(`${what} is one of ${words.join(', ')}, but is ${valueWords(given)}.${hint}`);
}
