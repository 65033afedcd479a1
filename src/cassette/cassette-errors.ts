import { setOwn } from '../engine/values/copy.ts';
import { Misfit } from '../script/script-errors.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';

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

/** Sets what is there, so that the text of an error shows nothing that is not. Names are hidden where they are secrets. */
function setFields(error: Error, fields: object): void {
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined) setOwn(error, field, names.has(field) ? withoutSecrets(value as string) : value);
}

/** What users name, and recordings refuse to keep where it is a secret. */
const names = new Set(['conversation', 'agent', 'tool']);

function withoutSecrets(name: string): string {
  return new LaneSecrets().hideText(name);
}

/** A request is not the one that was recorded in its place; the message says what changed, and how to record again. */
export class CassetteMismatchError extends Misfit {
  override readonly name = 'CassetteMismatchError';
  /** The cassette, relative to the working directory where it is inside, with slashes. */
  declare readonly file: string;
  /** The number of the recorded conversation, from 1; absent where no single request differs. */
  declare readonly lane?: number | undefined;
  /** The name of that conversation, where it has one. */
  declare readonly conversation?: string | undefined;
  /** The number of the recorded interaction, from 1; absent where no single request differs. */
  declare readonly interaction?: number | undefined;
  /** The agent that asks; absent where no single request differs. */
  declare readonly agent?: string | undefined;
  /** Which parts changed, each with a readable diff. */
  declare readonly drift: readonly Drift[];
  /** The shell command that records again, where one is known. */
  declare readonly command?: string | undefined;

  /** Made by the providers that replay. */
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

/** A request was made that the cassette has no answer to: there is no cassette, or the conversation went on beyond its end. */
export class CassetteMissError extends Misfit {
  override readonly name = 'CassetteMissError';
  /**
   * no-cassette: there is no file, and none may be recorded. no-model: there is no live model to record. no-conversation: no
   * recorded conversation is the one that asks. end: the recording of the conversation ends before. left: the recorded answer
   * was left before its end. tool: the recording has no such result of a tool.
   */
  declare readonly problem: 'no-cassette' | 'no-model' | 'no-conversation' | 'end' | 'left' | 'tool';
  /** The cassette, relative to the working directory where it is inside, with slashes. */
  declare readonly file: string;
  /** The number of the recorded conversation, from 1, where it is known. */
  declare readonly lane?: number | undefined;
  /** The name of the conversation that asks, where it has one. */
  declare readonly conversation?: string | undefined;
  /** The number of the interaction that was asked for, from 1, where the conversation is known. */
  declare readonly interaction?: number | undefined;
  /** The role of the last message of the request. */
  declare readonly lastRole?: string | undefined;
  /** The tool whose result is missing. */
  declare readonly tool?: string | undefined;
  /** The numbers of the recorded conversations that are not played to their end, where none is the one that asks. */
  declare readonly lanes?: readonly number[] | undefined;
  /** The mode in which a cassetteProvider records. */
  declare readonly mode?: 'none' | 'missing' | 'all' | undefined;
  /** The shell command that records again, where one is known. */
  declare readonly command?: string | undefined;

  /** Made by the providers that replay. */
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

/** Interactions were recorded that nobody asked for any more. */
export class CassetteUnusedError extends Misfit {
  override readonly name = 'CassetteUnusedError';
  /** The cassette, relative to the working directory where it is inside, with slashes. */
  declare readonly file: string;
  /** How many interactions are left. */
  declare readonly remaining: number;
  /** The numbers of the conversations that they belong to, from 1. */
  declare readonly lanes: readonly number[];
  /** The shell command that records again, where one is known. */
  declare readonly command?: string | undefined;

  /** Made by the providers that replay. */
  constructor(
    message: string,
    fields: Pick<CassetteUnusedError, 'file' | 'remaining' | 'lanes' | 'command'>,
  ) {
    super(message);
    setFields(this, fields);
  }
}

/** It cannot be told which of several conversations a request belongs to. */
export class CassetteAmbiguityError extends Misfit {
  override readonly name = 'CassetteAmbiguityError';
  /** The cassette, relative to the working directory where it is inside, with slashes. */
  declare readonly file: string;
  /** The numbers of the conversations that the request could belong to, from 1. */
  declare readonly lanes: readonly number[];
  /** The name of the conversation that asks, where it has one. */
  declare readonly conversation?: string | undefined;

  /** Made by the providers that record or replay. */
  constructor(message: string, fields: Pick<CassetteAmbiguityError, 'file' | 'lanes' | 'conversation'>) {
    super(message);
    setFields(this, fields);
  }
}

/**
 * A file that cannot be used: it is no cassette, is damaged, is of a newer version, cannot be read or written, or is being
 * recorded by somebody else. Says which, and where.
 */
export class CassetteFileError extends Misfit {
  override readonly name = 'CassetteFileError';
  /**
   * path: the path names no cassette. missing: there is no such file. unreadable: it cannot be read. damaged: it is no JSON, or
   * a field is wrong. foreign: it is no cassette. newer: it is of a newer version. unwritable: it cannot be written. taken:
   * another recording, or the cassette of another test, has this file. changed: another recording changed it. only-errors: a
   * recording of nothing but errors would replace it. closed: its provider is closed. secret: a name that it would hold is a
   * secret.
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
  /** The cassette, relative to the working directory where it is inside, with slashes; as it was given, where it is no path of one. */
  declare readonly file?: string | undefined;
  /** The line of the file in which the problem stands, from 1. */
  declare readonly line?: number | undefined;
  /** The column of that line at which no JSON can go on like this, from 1. */
  declare readonly column?: number | undefined;
  /** The field of the file that is wrong: `lanes[0].interactions`. */
  declare readonly field?: string | undefined;
  /** What a right value is. */
  declare readonly expected?: string | undefined;
  /** The value that the field has, with its kind: `the number 17`; absent where the field is missing. */
  declare readonly given?: string | undefined;
  /** The id of the process that records the file. */
  declare readonly pid?: number | undefined;

  /** Made where a cassette is read or written. */
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
