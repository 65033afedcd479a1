import { Misfit } from '../script/errors.ts';

/** What of a request is not as it was recorded. */
export interface Drift {
  /**
   * instructions: the system message. tools: a definition, or which there are. model: which is asked. parameters: any other
   * field of the request. history: what was said, called or answered.
   */
  readonly part: 'instructions' | 'tools' | 'model' | 'parameters' | 'history';
  /** Of the agent whose instructions they are, of the tool, or of the parameter. */
  readonly name?: string;
  /** The message's place in the request, the system message being 0. */
  readonly at?: number;
  /** A line diff for a reader: "-" as recorded, "+" as it is now. */
  readonly diff: string;
}

/** A request is not the one that was recorded in its place; the message says what changed, and how to record again. */
export class CassetteMismatchError extends Misfit {
  override readonly name = 'CassetteMismatchError';
  /** Which parts changed, each with a readable diff. */
  readonly drift: readonly Drift[];

  /** Made by the providers that replay. */
  constructor(message: string, drift: readonly Drift[]) {
    super(message);
    this.drift = drift;
  }
}

/** A request was made that the cassette has no answer to: there is no cassette, or the conversation went on beyond its end. */
export class CassetteMissError extends Misfit {
  override readonly name = 'CassetteMissError';
}

/** Interactions were recorded that nobody asked for any more. */
export class CassetteUnusedError extends Misfit {
  override readonly name = 'CassetteUnusedError';
}

/** It cannot be told which of several conversations a request belongs to. */
export class CassetteAmbiguityError extends Misfit {
  override readonly name = 'CassetteAmbiguityError';
}

/**
 * A file that cannot be used: it is no cassette, is damaged, is of a newer version, cannot be read or written, or is being
 * recorded by somebody else. Says which, and where.
 */
export class CassetteFileError extends Misfit {
  override readonly name = 'CassetteFileError';
}
