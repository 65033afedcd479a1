/// <reference lib="esnext.disposable" preserve="true" />
import { parseProvider } from '../engine/model/valid-provider.ts';
import { didYouMean } from '../engine/values/did-you-mean.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { openaiProvider } from '../engine/model/openai-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { CassetteMissError } from './cassette-errors.ts';
import { cassettePath } from './format/read.ts';
import { shownPath } from '../files/path.ts';
import { parseCassette, readText } from './format/read.ts';
import type { TapeOrigin } from './match/tape.ts';
import { assertValidReplayOptions, SessionProvider, type ReplayOptions } from './replay-provider.ts';
import type { CassetteSummary } from './session-settings.ts';
import { CassetteSession } from './session.ts';
import { againWords, recordCommand, vitestWorker } from './match/words.ts';

/**
 * When a cassetteProvider asks the live model. none: never; a request without a recorded answer fails, and nothing is
 * written. missing: only for a request without a recorded answer, and the new answer is added. all: for every
 * request; the whole cassette is recorded again.
 */
export type RecordMode = 'none' | 'missing' | 'all';

/** How a cassette is recorded and replayed. */
export interface CassetteOptions extends ReplayOptions {
  /** The path of the file: within the working directory, or absolute. */
  cassette: string;
  /**
   * Default: the environment variable `SWARMCHECK_RECORD`. If it is not set: "none" in CI, under `vitest -u` or
   * without a live model, and "missing" in all other cases.
   */
  mode?: RecordMode | undefined;
}

/** A provider that answers from a cassette, and records if its mode allows it. */
export interface CassetteProvider extends CompletionProvider, AsyncDisposable {
  /**
   * Counts of the requests so far, and of the interactions left. Interactions that this provider recorded are not
   * counted.
   */
  readonly summary: Readonly<CassetteSummary>;
  /**
   * Throws the error of the first request that did not fit. If all requests fit, throws a CassetteUnusedError if
   * recorded interactions were not requested.
   */
  assertComplete(): void;
  /** Writes the recorded interactions that are not in the file yet, and releases the file. */
  close(): Promise<void>;
}

/**
 * Returns a provider for test suites that records or replays, depending on its mode. `none` never writes, and a
 * request without a recorded answer fails. `missing` records the missing interactions: a whole cassette, or the part
 * of a conversation beyond its recorded end. `all` records everything again. If `provider` is undefined and
 * `OPENAI_API_KEY` is set, the live API is asked.
 *
 * Requests reject like those of `replayProvider` and `recordingProvider`. Throws a CassetteMissError if the cassette
 * is missing and cannot be recorded, a TypeError for an unknown mode, and a CassetteFileError for a file that cannot
 * be used.
 */
export function cassetteProvider(
  provider: CompletionProvider | undefined,
  options: CassetteOptions,
): CassetteProvider {
  assertValidCassetteOptions('cassetteProvider', options);
  return new Cassette(cassetteSession(provider, options));
}

/** Throws a TypeError for unknown options and invalid values. */
export function assertValidCassetteOptions(who: string, options: object): void {
  assertValidReplayOptions(who, options, ['cassette', 'mode', 'redact', 'onMismatch', 'timing']);
}

/**
 * Returns the CassetteSession of a cassetteProvider. Callers that name cassettes for their users also pass `origin`
 * and `command`.
 */
export function cassetteSession(
  provider: CompletionProvider | undefined,
  { cassette, mode: asked, redact, onMismatch, timing }: CassetteOptions,
  {
    origin,
    command: given,
    writesAtEnd,
  }: { origin?: TapeOrigin; command?: string; writesAtEnd?: boolean } = {},
): CassetteSession {
  if (provider !== undefined) parseProvider(provider, 'The provider of a cassette');
  const path = cassettePath(cassette);
  const live = provider ?? (process.env['OPENAI_API_KEY'] ? openaiProvider() : undefined);
  const chosen = modeOf(asked, live !== undefined, process.env);
  const { mode } = chosen;
  const shown = shownPath(path);
  const base = mode === 'all' ? undefined : readText(path);
  const file = base === undefined ? undefined : parseCassette(base, shown);
  const command =
    given ?? recordCommand({ scenario: file?.scenario, test: file?.test ?? origin?.test }, path);
  const fields = { file: shown, mode, command };
  if (mode === 'all' && !live)
    throw new CassetteMissError(keyAdvice(shown, chosen), { ...fields, problem: 'no-model' });
  const missAdvice = adviceFor(chosen, live, againWords(command));
  if (!file && mode !== 'all' && (mode === 'none' || !live))
    throw new CassetteMissError(`The cassette ${shown} does not exist. ${missAdvice}`, {
      ...fields,
      problem: 'no-cassette',
    });
  return new CassetteSession({
    path,
    file,
    live: mode === 'none' ? undefined : live,
    base,
    isAddition: mode === 'missing',
    writesAtEnd,
    missAdvice,
    mode,
    onMismatch,
    redact,
    inRealTime: timing === 'recorded',
    origin,
    command,
  });
}

export class Cassette extends SessionProvider implements CassetteProvider {
  readonly close: () => Promise<void>;
  readonly #session: CassetteSession;

  constructor(session: CassetteSession) {
    super(session);
    this.#session = session;
    this.close = async () => session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.dispose();
    this.#session.assertUsed();
  }
}

/** The last sentence of the message for a request without an answer. */
function adviceFor({ mode, by }: ChosenMode, live: CompletionProvider | undefined, command: string): string {
  if (!live)
    return `Nothing can be recorded, because no provider was given and OPENAI_API_KEY is not set. Set the key to record: OPENAI_API_KEY=… ${command}`;
  const reason = by ?? (mode === 'none' ? 'this runs in CI, or vitest updates snapshots' : '');
  return `Nothing is recorded here (${reason}). To record on a machine with a key: ${command}`;
}

function keyAdvice(path: string, { by = '' }: ChosenMode): string {
  const otherwise = by.startsWith(modeVariable) ? `unset ${modeVariable} to replay` : 'choose another mode';
  return `${path} cannot be recorded (${by}), because no provider was given and OPENAI_API_KEY is not set. Set the key, or ${otherwise}. An existing cassette is not changed.`;
}

const modes: readonly string[] = ['none', 'missing', 'all'] satisfies RecordMode[];

/** The environment variable that sets the mode. */
const modeVariable = 'SWARMCHECK_RECORD';

type Environment = Readonly<Record<string, string | undefined>>;

/** The mode, and where it comes from, for messages. */
interface ChosenMode {
  readonly mode: RecordMode;
  /** What set the mode; undefined for the default. */
  readonly by: string | undefined;
}

/**
 * Returns the mode of the option. If the option is not given, returns the mode of the environment variable. The
 * default is `none` in CI, under `vitest -u` or without a live model, and `missing` in all other cases. Throws a
 * TypeError for an unknown mode, because a typo must neither cause a recording nor prevent one. Under `vitest -u`,
 * which updates snapshots and must not call a model, an explicit mode other than `none` throws a TypeError.
 */
function modeOf(given: unknown, hasLive: boolean, environment: Environment): ChosenMode {
  const ofEnvironment = environment[modeVariable];
  const chosen = given === undefined ? fromEnvironment(ofEnvironment) : fromOption(given);
  const isUpdating = vitestWorker()?.config?.snapshotOptions?.updateSnapshot === 'all';
  if (isUpdating && chosen && chosen.mode !== 'none')
    throw new TypeError(
      `${chosen.by} is not allowed with "vitest -u", which updates snapshots and calls no model. Run vitest without -u to record.`,
    );
  if (chosen) return chosen;
  return { mode: isUpdating || isCi(environment) || !hasLive ? 'none' : 'missing', by: undefined };
}

function fromOption(given: unknown): ChosenMode {
  const mode = parseMode('The mode of a cassette', given);
  return { mode, by: `mode: "${mode}"` };
}

function fromEnvironment(given: string | undefined): ChosenMode | undefined {
  if (!given) return undefined;
  const mode = parseMode(modeVariable, given);
  return { mode, by: `${modeVariable}=${mode}` };
}

function parseMode(what: string, given: unknown): RecordMode {
  if (typeof given === 'string' && modes.includes(given)) return given as RecordMode;
  const hint = typeof given === 'string' ? didYouMean(given, modes) : '';
  throw new TypeError(`${what} must be one of ${modes.join(', ')}, but is ${valueWords(given)}.${hint}`);
}

/** Whether this runs in CI. An empty `CI`, "0" and "false" mean that it does not. */
function isCi({ CI }: Environment): boolean {
  return CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
}
