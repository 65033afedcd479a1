import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isInside } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { assertValidCheckOptions } from '../../property/check-agent/options.ts';
import { notJson, readFailure, SavedFailureError } from '../../property/check-agent/saved-failure.ts';
import type { LoadError } from '../../report/run-report.ts';
import { assertValidSteps } from '../../script/valid-steps.ts';
import type { Step } from '../../script/steps.ts';
import { findChecked, type Checked } from '../check/checked.ts';
import { thrownText } from '../thrown.ts';
import type { JsonFile } from './json-files.ts';

/** The content of a file with steps. */
interface StepsFile {
  readonly steps: readonly Step[];
  /** The invariant that a saved failure broke; undefined for steps that a person wrote. */
  readonly invariant?: string | undefined;
  readonly contextVariables?: object | undefined;
  readonly maxTurns?: number | undefined;
  /** The agent that the steps are for, as `module#export`. */
  readonly agent?: string | undefined;
}

/** The steps of a file, with the agent to play them against. */
export interface SavedSteps {
  /** `file#module#export`, as `swarmcheck run` takes it: the file with the steps, then the agent. */
  readonly name: string;
  readonly file: string;
  readonly saved: StepsFile;
  readonly checked: Checked;
}

/** Reads a file with steps, and loads its agent. */
export async function loadSavedSteps({ file, agent: typed }: JsonFile): Promise<SavedSteps | LoadError> {
  let saved: StepsFile;
  try {
    saved = readSteps(file);
  } catch (error) {
    // The message begins with the file and the line, which the LoadError shows anyway.
    const { line } = error as SavedFailureError;
    return { file, line, message: thrownText(error).replace(/^[^\n]*?\.json(?::\d+)?: /, '') };
  }
  const agent = typed ?? saved.agent;
  if (agent === undefined)
    return {
      file,
      message: `It does not say which agent its steps are for. Name the agent: swarmcheck run ${file}#<module>#<export>`,
    };
  // The path of the agent comes from the file, not from the user, so it must not load a module from elsewhere.
  if (typed === undefined && !isInside(resolve(agent.replace(/#[^#]*$/, '')), process.cwd()))
    return {
      file,
      message: `Its agent, ${JSON.stringify(agent)}, is outside of the working directory, so it is not loaded. To load it anyway, name it: swarmcheck run ${file}#<module>#<export>`,
    };
  const checked = await findChecked('run', agent);
  if ('message' in checked) return typed === undefined ? ofFile(file, agent, checked) : checked;
  try {
    assertValidCheckOptions(checked.agent, checked.options);
  } catch (error) {
    return { file: checked.file, message: thrownText(error) };
  }
  return { name: `${file}#${checked.name}`, file, saved, checked };
}

/**
 * The error for an agent that the steps file names and that cannot be loaded. It says how to name the agent if the
 * agent has moved since the file was written.
 */
function ofFile(file: string, agent: string, { file: module, line, message }: LoadError): LoadError {
  const place = line === undefined ? module : `${module}:${line}`;
  return {
    file,
    message: `Its agent, ${agent}, cannot be loaded. ${place}: ${message}\nIf the agent has moved, name it: swarmcheck run ${file}#<module>#<export>`,
  };
}

/** Reads a list of steps, or a saved failure. Throws an error that says what is wrong with the file. */
function readSteps(file: string): StepsFile {
  const value = parsed(file);
  if (isPlainObject(value) && 'interactions' in value)
    throw new SavedFailureError(`It is a cassette. Replay it: swarmcheck replay ${file}`);
  if (isPlainObject(value) && ('invariant' in value || 'version' in value)) return readFailure(file);
  if (!Array.isArray(value))
    throw new SavedFailureError(
      sentence`It must hold ${{ expected: 'a list of steps, or a saved failure with "version" and "invariant"' }}, but holds ${{ given: contentWords(value) }}. Steps are a list: [{ "user": "…" }, { "say": "…" }].`,
    );
  assertValidSteps(value);
  return { steps: value };
}

/** The content of a file for a message. An object is shown by its fields, since one may be misspelled. */
function contentWords(value: unknown): string {
  if (!isPlainObject(value)) return valueWords(value);
  const fields = Object.keys(value).slice(0, 8);
  return fields.length === 0
    ? 'an object without fields'
    : `an object with ${fields.map((field) => JSON.stringify(field)).join(', ')}`;
}

/** The content of the file, parsed as JSON. */
function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SavedFailureError(`It cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw notJson(file, text, error, '.');
  }
}
