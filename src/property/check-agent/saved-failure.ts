import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainObject } from '../../engine/values/copy.ts';
import { fact, sentence, type ErrorFacts, type Sentence } from '../../engine/values/error-facts.ts';
import { addFacts, messageOf } from '../../engine/values/engine-errors.ts';
import { meantBy } from '../../engine/values/did-you-mean.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { jsonMistake } from '../../files/json-mistake.ts';
import { fileName, shownPath } from '../../files/path.ts';
import { printJson } from '../../files/print-json.ts';
import { writeWhole } from '../../files/write-whole.ts';
import { reasonOf } from '../../files/reason.ts';
import { assertValidSteps } from '../../script/valid-steps.ts';
import { ScriptMistakeError } from '../../script/script-errors.ts';
import type { Step } from '../../script/steps.ts';

/** The default folder of saved failures. */
export const failureFolder = 'fixtures/failures';

/**
 * The script that broke an invariant, and everything that is needed to play it again. Plain JSON, one failure per
 * file.
 */
export interface SavedFailure {
  readonly version: 1;
  /** The name of the check that found the failure. The next check with this name plays the script first. */
  readonly name: string;
  /** The invariant that was broken. */
  readonly invariant: string;
  /** What was wrong. */
  readonly message: string;
  /** Together with the path, the seed generates the same script again, as long as the agents are the same. */
  readonly seed: number;
  readonly path: string;
  /** The context variables that are JSON and hold no secrets. */
  readonly contextVariables?: object | undefined;
  readonly maxTurns?: number | undefined;
  /** The agent as module#export, if the command line found it in the working directory. */
  readonly agent?: string | undefined;
  readonly steps: readonly Step[];
}

/**
 * Thrown when the file of a saved failure cannot be used: it is damaged, of a newer version, or cannot be read. The
 * message says which of these it is, and what to do.
 */
export class SavedFailureError extends Error implements Partial<ErrorFacts> {
  override readonly name = 'SavedFailureError';
  declare readonly file?: string;
  declare readonly field?: string;
  declare readonly given?: string;
  declare readonly expected?: string;
  declare readonly step?: number;
  declare readonly line?: number;
  declare readonly column?: number;

  /** @internal Created by the code that reads the file. */
  constructor(said: string | Sentence, options?: ErrorOptions) {
    super(messageOf(said), options);
    addFacts(this, said);
  }
}

/** Writes the whole failure or nothing, and returns the path of the file. Throws the errors of the file system. */
export function saveFailure(folder: string, failure: SavedFailure): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${beginningOf(failure.name)}-${digestOf(failure)}.json`);
  // The temporary name has the process id, so that two processes can write the same failure at once.
  writeWhole(path, printJson(failure), { temporary: `${path}.${process.pid}.tmp` });
  return path;
}

/** A saved failure and the path of its file. */
export interface StoredFailure {
  readonly file: string;
  readonly failure: SavedFailure;
}

/**
 * The failures that were saved under a name, in the order of their files. Throws a SavedFailureError for a file that
 * cannot be used.
 */
export function savedFailures(folder: string, name: string): StoredFailure[] {
  const beginning = `${beginningOf(name)}-`;
  return filesIn(folder)
    .filter((file) => file.startsWith(beginning) && /^[\da-f]{8}\.json$/.test(file.slice(beginning.length)))
    .toSorted()
    .map((file) => join(folder, file))
    .map((file) => ({ file, failure: readFailure(file) }))
    .filter(({ failure }) => failure.name === name);
}

/** Reads a saved failure. Throws a SavedFailureError that says what is wrong and what to do. */
export function readFailure(file: string): SavedFailure {
  const fail = (problem: string | Sentence, cause?: unknown) => {
    throw new SavedFailureError(
      sentence`${{ file: shownPath(file) }}: ${problem}`,
      cause === undefined ? {} : { cause },
    );
  };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    fail(`The file cannot be read: ${reasonOf(error)}.`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw notJson(file, text, error, orRemove);
  }
  if (!isPlainObject(value))
    return fail(
      sentence`The file must contain ${{ expected: 'an object' }}, but contains ${{ given: valueWords(value) }}. ${remedy}`,
    );
  const { version } = value;
  if (typeof version === 'number' && version > 1)
    fail(
      sentence`The file has ${{ field: 'version' }} ${{ given: `${version}` }}, but this swarmcheck reads version 1. Update swarmcheck${orRemove}`,
    );
  for (const [field, [words, test]] of Object.entries(fields)) {
    const given = value[field];
    if (given === undefined && !test(given)) {
      const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key) && meantBy(key, [field]));
      const found = unknown === undefined ? '' : `, but an unknown field "${unknown}"`;
      fail(sentence`It has no "${{ field }}", which must be ${{ expected: words }}${found}. ${remedy}`);
    }
    if (!test(given))
      fail(
        sentence`Its "${{ field }}" must be ${{ expected: words }}, but is ${{ given: valueWords(given) }}. ${remedy}`,
      );
  }
  try {
    assertValidSteps(value['steps']);
  } catch (error) {
    fail(sentence`${fact(stepFactsOf(error), (error as Error).message)} Correct it${orRemove}`, error);
  }
  return value as unknown as SavedFailure;
}

/** The error for a file that is not JSON. `end` follows the advice to correct the file. */
export function notJson(path: string, text: string, cause: unknown, end: string): SavedFailureError {
  const { text: problem, isConflict, line, column } = jsonMistake(text, cause);
  const file = shownPath(path);
  const place = line === undefined ? sentence`${{ file }}` : sentence`${{ file }}:${{ line }}`;
  const at = fact(column === undefined ? {} : { column }, problem);
  const remedy = isConflict ? 'Resolve the conflict' : 'Correct it';
  return new SavedFailureError(sentence`${place}: ${at} ${remedy}${end}`, { cause });
}

/** The number of the wrong step, if the error has it. */
function stepFactsOf(error: unknown): { step?: number } {
  return error instanceof ScriptMistakeError && error.step !== undefined ? { step: error.step } : {};
}

const orRemove = ', or remove the file: a check that still fails writes a new one.';
const remedy = `Restore the file${orRemove}`;

const isText = (value: unknown): boolean => typeof value === 'string';
const fields: Readonly<Record<string, readonly [words: string, test: (value: unknown) => boolean]>> = {
  version: ['the number 1', (value) => value === 1],
  name: ['a string', isText],
  invariant: ['a string', isText],
  message: ['a string', isText],
  seed: ['a whole number', Number.isInteger],
  path: ['a string', isText],
  contextVariables: ['an object', (value) => value === undefined || isPlainObject(value)],
  maxTurns: ['a whole number', (value) => value === undefined || Number.isInteger(value)],
  agent: ['a string', (value) => value === undefined || isText(value)],
  // `assertValidSteps` checks the steps, and names the step that is wrong.
  steps: ['a list', (value) => value !== undefined],
};

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SavedFailureError(
      sentence`${{ file: shownPath(folder) }}: The folder cannot be read: ${reasonOf(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The beginning of the file names of a check's failures. `fileName` returns '' for a name without letters and digits.
 */
function beginningOf(name: string): string {
  return fileName(name) || 'agent';
}

/**
 * Equal failures get the same file. The digest includes the name, since different names can have the same beginning.
 */
function digestOf({ name, invariant, steps, contextVariables, maxTurns }: SavedFailure): string {
  return createHash('sha256')
    .update(JSON.stringify([name, invariant, steps, contextVariables, maxTurns]))
    .digest('hex')
    .slice(0, 8);
}
