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
  /**
   * What happens if a request differs from the recording. Default: "error". "warn" writes the difference to stderr,
   * and "ignore" only counts it; both serve the recorded answer.
   */
  onMismatch?: MismatchPolicy | undefined;
  /**
   * The `redact` function that the recording used, if any. A replay needs it, because requests are compared in their
   * stored form.
   */
  redact?: Redact | undefined;
  /** Whether answers, and the chunks of streams, take their recorded time. Default: "none". */
  timing?: 'none' | 'recorded' | undefined;
}

/** A provider that answers from a cassette. */
export interface ReplayProvider extends CompletionProvider, Disposable {
  /** Counts of the requests so far, and of the interactions left. */
  readonly summary: Readonly<CassetteSummary>;
  /**
   * Throws the error of the first request that did not fit. If all requests fit, throws a CassetteUnusedError if
   * recorded interactions were not requested.
   */
  assertComplete(): void;
}

/**
 * Returns a provider that answers from a cassette, offline. The n-th request of a conversation is compared with the
 * n-th recorded one, and gets the recorded answer. A streamed recording also serves unstreamed requests, and the
 * reverse. Conversations are distinguished by `conversation`, or by the history that a request continues.
 *
 * Requests reject with a CassetteMismatchError that shows each changed part with a diff; with a CassetteMissError
 * beyond the end of the recording; with a CassetteAmbiguityError if the request could belong to several
 * conversations; or with the recorded error. Disposing throws a CassetteUnusedError if recorded interactions were not
 * requested. It does not throw after a request that did not fit, because the caller got the error of that request
 * already. Throws a CassetteFileError if the file is missing, is not a cassette, is damaged, or has a newer version.
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

/**
 * A provider that answers from a CassetteSession. Its methods are fields, so that they are kept when a decorator
 * spreads the provider.
 */
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

/** Throws a TypeError for unknown options and invalid values. */
export function assertValidReplayOptions(who: string, options: object, known: readonly string[]): void {
  assertKnownOptions(who, options, known);
  const { onMismatch, timing } = options as ReplayOptions;
  assertValidWord(`The onMismatch of ${who}`, onMismatch, policies);
  assertValidWord(`The timing of ${who}`, timing, ['none', 'recorded']);
}

function assertValidWord(what: string, given: unknown, words: readonly string[]): void {
  if (given === undefined || words.includes(given as string)) return;
  const hint = typeof given === 'string' ? didYouMean(given, words) : '';
  throw new TypeError(`${what} must be one of ${words.join(', ')}, but is ${valueWords(given)}.${hint}`);
}
