import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isInside } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { assertValidCheckOptions } from '../../property/check-agent/options.ts';
import { readFailure, SavedFailureError } from '../../property/check-agent/saved-failure.ts';
import type { LoadError } from '../../report/run-report.ts';
import { assertValidSteps } from '../../script/valid-steps.ts';
import type { Step } from '../../script/steps.ts';
import { findChecked, type Checked } from '../check/checked.ts';
import { thrownText } from '../thrown.ts';
import type { JsonFile } from './json-files.ts';

/** What a file says is to be played. */
interface StepsFile {
  readonly steps: readonly Step[];
  /** The invariant that a saved failure broke; undefined for steps that somebody wrote. */
  readonly invariant?: string | undefined;
  readonly contextVariables?: object | undefined;
  readonly maxTurns?: number | undefined;
  /** module#export */
  readonly agent?: string | undefined;
}

/** Steps of a file, with the agent that they are played against. */
export interface SavedSteps {
  /** As it can be typed: file#module#export. */
  readonly name: string;
  readonly file: string;
  readonly saved: StepsFile;
  readonly checked: Checked;
}

/** Reads a file with steps, and loads the agent that they are for. */
export async function loadSavedSteps({ file, agent: typed }: JsonFile): Promise<SavedSteps | LoadError> {
  let saved: StepsFile;
  try {
    saved = readSteps(file);
  } catch (error) {
    // Told with the file in front, which a LoadError has anyway.
    return { file, message: thrownText(error).replace(/^[^\n]*?\.json: /, '') };
  }
  const agent = typed ?? saved.agent;
  if (agent === undefined)
    return {
      file,
      message: `It does not say which agent its steps are for. Add it: swarmcheck run ${file}#<module>#<export>`,
    };
  // What a file says is not what somebody typed: it loads nothing from elsewhere.
  if (typed === undefined && !isInside(resolve(agent.replace(/#[^#]*$/, '')), process.cwd()))
    return {
      file,
      message: `Its agent, ${JSON.stringify(agent)}, is outside of the working directory, and is not loaded. Say that it is meant: swarmcheck run ${file}#<module>#<export>`,
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

/** The agent that a file names may have gone elsewhere since. */
function ofFile(file: string, agent: string, { file: module, line, message }: LoadError): LoadError {
  const place = line === undefined ? module : `${module}:${line}`;
  return {
    file,
    message: `Its agent is ${agent}. ${place}: ${message}\nIf it is elsewhere now, say where: swarmcheck run ${file}#<module>#<export>`,
  };
}

/** Steps alone, or a saved failure. Throws an error that says what is wrong with the file. */
function readSteps(file: string): StepsFile {
  const value = parsed(file);
  if (isPlainObject(value) && 'interactions' in value)
    throw new SavedFailureError(`It is a cassette. Check it: swarmcheck replay ${file}`);
  if (isPlainObject(value) && !('invariant' in value) && !('version' in value))
    throw new SavedFailureError(
      'It holds an object that is no failure a check saved. Steps stand in a list alone: [{ "user": "…" }, { "say": "…" }].',
    );
  if (value === undefined || isPlainObject(value)) return readFailure(file);
  if (!Array.isArray(value))
    throw new SavedFailureError(
      `It must hold a list of steps, or a failure that a check saved, but holds ${valueWords(value)}.`,
    );
  assertValidSteps(value);
  return { steps: value };
}

/** Undefined where it cannot be read as JSON, which is told by whoever reads saved failures. */
function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SavedFailureError(`It cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
