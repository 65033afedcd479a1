import { didYouMean } from '../engine/values/did-you-mean.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { vitestWorker } from './match/words.ts';

/**
 * What happens where a cassette has no answer. none: it fails, and nothing is written. missing: a live model is asked, and its
 * answer is added. all: everything is recorded anew.
 */
export type RecordMode = 'none' | 'missing' | 'all';

const modes: readonly string[] = ['none', 'missing', 'all'] satisfies RecordMode[];

/** The environment's variable that sets the mode. */
export const modeVariable = 'SWARMCHECK_RECORD';

type Environment = Readonly<Record<string, string | undefined>>;

/** The mode that holds, and where it comes from, for messages. */
export interface ChosenMode {
  readonly mode: RecordMode;
  /** Who asked for it; undefined where nobody did. */
  readonly by: string | undefined;
}

/**
 * The mode of an option, else of the environment, else `none` in CI or without a live model, `missing` elsewhere. Throws a
 * TypeError for any other word: one that is mistyped must not record, nor keep from recording. A vitest that updates
 * snapshots (`-u`) calls no model.
 */
export function modeOf(given: unknown, hasLive: boolean, environment: Environment): ChosenMode {
  const ofEnvironment = environment[modeVariable];
  const chosen = given === undefined ? fromEnvironment(ofEnvironment) : fromOption(given);
  const isUpdating = vitestWorker()?.config?.snapshotOptions?.updateSnapshot === 'all';
  if (isUpdating && chosen && chosen.mode !== 'none')
    throw new TypeError(
      `vitest -u updates snapshots, and calls no model; but ${chosen.by} asks for a recording. Run it without -u to record.`,
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
  throw new TypeError(`${what} is one of ${modes.join(', ')}, but is ${valueWords(given)}.${hint}`);
}

/** As the services set it, and their absence. */
function isCi({ CI }: Environment): boolean {
  return CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
}
