import { setOwn } from '../engine/values/copy.ts';
import { Misfit } from '../script/script-errors.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';

/** One difference between a request and its recording. */
export interface Drift {
  /**
   * instructions: the system message. tools: the definition of one tool, or the order of the tools. model: the
   * model's name. parameters: any other field of the request. history: a message, a tool call or its result.
   */
  readonly part: 'instructions' | 'tools' | 'model' | 'parameters' | 'history';
  /** The name of the agent whose instructions changed, or of the tool or parameter that changed. */
  readonly name?: string;
  /** The index of the changed message in the messages of the request, including the system message. */
  readonly at?: number;
  /** A readable line diff: "-" marks the recording, "+" the current request. */
  readonly diff: string;
}

/**
 * Sets the fields that are known, so that a printed error shows no undefined ones. Names that are secrets are hidden.
 */
function setFields(error: Error, fields: object): void {
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined) setOwn(error, field, names.has(field) ? withoutSecrets(value as string) : value);
}

/** Fields with names that users choose. A replay accepts names that contain secrets, so errors hide the secrets. */
const names = new Set(['conversation', 'agent', 'tool']);

function withoutSecrets(name: string): string {
  return new LaneSecrets().hideText(name);
}

/** Thrown when a request differs from the recorded one. The message says what changed, and how to record again. */
export class CassetteMismatchError extends Misfit {
  override readonly name = 'CassetteMismatchError';
  /**
   * The path of the cassette, with forward slashes. It is relative if the file is in the working directory, otherwise
   * absolute.
   */
  declare readonly file: string;
  /**
   * The number of the recorded conversation, from 1; absent if the difference does not belong to a single request.
   */
  declare readonly lane?: number | undefined;
  /** The name of the recorded conversation, if it has one. */
  declare readonly conversation?: string | undefined;
  /**
   * The number of the recorded interaction, from 1; absent if the difference does not belong to a single request.
   */
  declare readonly interaction?: number | undefined;
  /** The agent that makes the request; absent if the difference does not belong to a single request. */
  declare readonly agent?: string | undefined;
  /** The parts that changed, each with a readable diff. */
  declare readonly drift: readonly Drift[];
  /** The shell command that records the cassette again, if it is known. */
  declare readonly command?: string | undefined;

  /** Created by the providers that replay. */
  constructor(
    message: string,
    fields: Pick<
      CassetteMismatchError,
      'file' | 'lane' | 'conversation' | 'interaction' | 'agent' | 'drift' | 'command'
    >,
  ) {
    super(message);
    const drift = fields.drift.map((one) =>
      one.name === undefined ? one : { ...one, name: withoutSecrets(one.name) },
    );
    setFields(this, { ...fields, drift });
  }
}

/**
 * Thrown when the cassette has no answer to a request, for example because the file is missing, or because the
 * request goes beyond the end of the recorded conversation.
 */
export class CassetteMissError extends Misfit {
  override readonly name = 'CassetteMissError';
  /**
   * no-cassette: the file is missing, and it cannot be recorded. no-model: the mode is "all", but there is not a
   * live model to record. no-conversation: the conversation was not recorded. end: the recording of the conversation ends
   * earlier. left: the recorded answer is not complete, because its reader stopped reading. tool: the recording has
   * no matching result for a tool call.
   */
  declare readonly problem: 'no-cassette' | 'no-model' | 'no-conversation' | 'end' | 'left' | 'tool';
  /**
   * The path of the cassette, with forward slashes. It is relative if the file is in the working directory, otherwise
   * absolute.
   */
  declare readonly file: string;
  /** The number of the recorded conversation, from 1, if it is known. */
  declare readonly lane?: number | undefined;
  /** The name of the conversation that makes the request, if it has one. */
  declare readonly conversation?: string | undefined;
  /** The number of the requested interaction, from 1, if the conversation is known. */
  declare readonly interaction?: number | undefined;
  /** The role of the last message of the request. */
  declare readonly lastRole?: string | undefined;
  /** The tool whose result is missing. */
  declare readonly tool?: string | undefined;
  /**
   * The numbers of the recorded conversations that were not replayed to their end, if the request belongs to none of
   * them.
   */
  declare readonly lanes?: readonly number[] | undefined;
  /** The record mode of a cassetteProvider. */
  declare readonly mode?: 'none' | 'missing' | 'all' | undefined;
  /** The shell command that records the cassette again, if it is known. */
  declare readonly command?: string | undefined;

  /** Created by the providers that replay. */
  constructor(
    message: string,
    fields: Pick<
      CassetteMissError,
      | 'problem'
      | 'file'
      | 'lane'
      | 'conversation'
      | 'interaction'
      | 'lastRole'
      | 'tool'
      | 'lanes'
      | 'mode'
      | 'command'
    >,
  ) {
    super(message);
    setFields(this, fields);
  }
}

/** Thrown when recorded interactions were not requested. */
export class CassetteUnusedError extends Misfit {
  override readonly name = 'CassetteUnusedError';
  /**
   * The path of the cassette, with forward slashes. It is relative if the file is in the working directory, otherwise
   * absolute.
   */
  declare readonly file: string;
  /** The number of interactions that are left. */
  declare readonly remaining: number;
  /** The numbers of the conversations with interactions left, from 1. */
  declare readonly lanes: readonly number[];
  /** The shell command that records the cassette again, if it is known. */
  declare readonly command?: string | undefined;

  /** Created by the providers that replay. */
  constructor(
    message: string,
    fields: Pick<CassetteUnusedError, 'file' | 'remaining' | 'lanes' | 'command'>,
  ) {
    super(message);
    setFields(this, fields);
  }
}

/** Thrown when a request could belong to several conversations. */
export class CassetteAmbiguityError extends Misfit {
  override readonly name = 'CassetteAmbiguityError';
  /**
   * The path of the cassette, with forward slashes. It is relative if the file is in the working directory, otherwise
   * absolute.
   */
  declare readonly file: string;
  /** The numbers of the conversations that the request could belong to, from 1. */
  declare readonly lanes: readonly number[];
  /** The name of the conversation that makes the request, if it has one. */
  declare readonly conversation?: string | undefined;

  /** Created by the providers that record or replay. */
  constructor(message: string, fields: Pick<CassetteAmbiguityError, 'file' | 'lanes' | 'conversation'>) {
    super(message);
    setFields(this, fields);
  }
}

/**
 * Thrown when a file cannot be used: it is not a cassette, is damaged, has a newer version, cannot be read or
 * written, or is in use by another recording. The message names the file and the problem.
 */
export class CassetteFileError extends Misfit {
  override readonly name = 'CassetteFileError';
  /**
   * path: the path is not valid for a cassette. missing: the file does not exist. unreadable: the file cannot be
   * read. damaged: it is not JSON, or a field is wrong. foreign: it is not a cassette. newer: it has a newer version.
   * unwritable: it cannot be written. taken: another recording, or another test, uses it. changed: another recording
   * changed it. only-errors: the recording has only errors, and would replace an existing file. closed: the provider
   * was closed before the request. secret: the name of a conversation, an agent or a model contains a secret.
   */
  declare readonly problem:
    | 'path'
    | 'missing'
    | 'unreadable'
    | 'damaged'
    | 'foreign'
    | 'newer'
    | 'unwritable'
    | 'taken'
    | 'changed'
    | 'only-errors'
    | 'closed'
    | 'secret';
  /**
   * The path of the cassette, with forward slashes. It is relative if the file is in the working directory, otherwise
   * absolute. A path that is not valid for a cassette appears as the caller gave it, or is absent if it is not a
   * string.
   */
  declare readonly file?: string | undefined;
  /** The line of the problem in the file, from 1. */
  declare readonly line?: number | undefined;
  /** The column in `line` where the JSON becomes invalid, from 1. */
  declare readonly column?: number | undefined;
  /** The field of the file that is wrong: `lanes[0].interactions`. */
  declare readonly field?: string | undefined;
  /** A description of a valid value. */
  declare readonly expected?: string | undefined;
  /** The value of the field, with its kind: `the number 17`; absent if the field is missing. */
  declare readonly given?: string | undefined;
  /** The id of the process that records the file. */
  declare readonly pid?: number | undefined;

  /** Created when a cassette is read or written. */
  constructor(
    message: string,
    fields: Pick<
      CassetteFileError,
      'problem' | 'file' | 'line' | 'column' | 'field' | 'expected' | 'given' | 'pid'
    >,
    options?: ErrorOptions,
  ) {
    super(message, options);
    setFields(this, fields);
  }
}
