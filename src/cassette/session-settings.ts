import type { CompletionProvider } from '../engine/model/provider.ts';
import type { CassetteFile } from './format/format.ts';
import type { TapeOrigin } from './match/tape.ts';
import type { Redact } from '../secrets/redactor.ts';

/** What is done where a request is not as it was recorded. */
export type MismatchPolicy = 'error' | 'warn' | 'ignore';

/** What came of a cassette so far, in interactions. */
export interface CassetteSummary {
  /** Answered from the cassette. */
  served: number;
  /** Of these, those whose request was as it was recorded. */
  exact: number;
  /** Requests that were not as they were recorded, whether they were answered all the same or not. */
  drifted: number;
  /** Recorded, and not asked for. */
  unused: number;
}

/** What a cassette is used for. */
export interface CassetteSettings {
  /** Absolute. */
  path: string;
  /** What is played; undefined where everything is recorded. */
  file: CassetteFile | undefined;
  /** Who answers what the file does not; undefined where nothing is recorded. */
  live: CompletionProvider | undefined;
  /** What the file held, where a recording is added to it; undefined where there was none. */
  base?: string | undefined;
  /** Whether a recording is added to what is there; if not, it takes its place. */
  isAddition?: boolean | undefined;
  /** Whether an error is as good as an answer: it may take the place of what is there. */
  errorsCount?: boolean | undefined;
  /** Whether nothing is written before the recording is closed. */
  writesAtEnd?: boolean | undefined;
  /** Why nothing is recorded, and how it would be: the last sentence about a request that has no answer. */
  missAdvice?: string | undefined;
  /** The mode that a cassetteProvider records in. */
  mode?: 'none' | 'missing' | 'all' | undefined;
  onMismatch?: MismatchPolicy | undefined;
  redact?: Redact | undefined;
  /** Whether answers take the time that they took. */
  inRealTime?: boolean | undefined;
  /** Data whose secrets are known from the beginning, and are hidden in each conversation that begins. */
  known?: object | undefined;
  origin?: TapeOrigin | undefined;
  /** The command that records again, where the cassette itself does not tell. */
  command?: string | undefined;
  /** Told of what drifted where that is no error; stderr. */
  warn?: ((message: string) => void) | undefined;
}
