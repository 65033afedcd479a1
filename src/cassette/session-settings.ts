import type { CompletionProvider } from '../engine/model/provider.ts';
import type { CassetteFile } from './format/format.ts';
import type { TapeOrigin } from './match/tape.ts';
import type { Redact } from '../secrets/redactor.ts';

/** What happens if a request differs from the recording. */
export type MismatchPolicy = 'error' | 'warn' | 'ignore';

/** Counts of the requests so far, and of the interactions left. */
export interface CassetteSummary {
  /** Interactions that were served from the cassette. */
  served: number;
  /** Served interactions whose request had no drift. */
  exact: number;
  /** Requests that differed from the recording, whether they were served or not. */
  drifted: number;
  /** Recorded interactions that were not requested. */
  unused: number;
}

/** How a CassetteSession uses a cassette. */
export interface CassetteSettings {
  /** An absolute path. */
  path: string;
  /** The cassette to replay; undefined if everything is recorded. */
  file: CassetteFile | undefined;
  /** The live model, which answers the requests that the file does not; undefined if nothing is recorded. */
  live: CompletionProvider | undefined;
  /**
   * The text of the existing file when it was read, so that a later change by another recording is noticed; undefined
   * without a file, or if the file is replaced.
   */
  base?: string | undefined;
  /** Whether a recording is added to the existing file. If not, it replaces the file. */
  isAddition?: boolean | undefined;
  /** Whether a recording that has only errors may replace an existing file. */
  errorsCount?: boolean | undefined;
  /** Whether nothing is written before the recording is closed. */
  writesAtEnd?: boolean | undefined;
  /**
   * The last sentence of the message for a request without an answer: why nothing is recorded, and how to record.
   */
  missAdvice?: string | undefined;
  /** The record mode of a cassetteProvider. */
  mode?: 'none' | 'missing' | 'all' | undefined;
  onMismatch?: MismatchPolicy | undefined;
  redact?: Redact | undefined;
  /** Whether answers take their recorded time. */
  inRealTime?: boolean | undefined;
  /**
   * Data, such as context variables, whose secrets are hidden in every recorded conversation from its first request
   * on.
   */
  known?: object | undefined;
  origin?: TapeOrigin | undefined;
  /**
   * The shell command that records the cassette again. Default: derived from the scenario or test that recorded it.
   */
  command?: string | undefined;
  /** Gets the text of a drift that is not an error. Default: it is written to stderr. */
  warn?: ((message: string) => void) | undefined;
}
