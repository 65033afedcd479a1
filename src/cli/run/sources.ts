import type { LoadError } from '../../report/run-report.ts';
import type { Mode, ModeRun } from '../../scenario/modes.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { findFiles, loadScenarios } from '../load-scenarios.ts';
import { findJsonFiles, namesJson } from './json-files.ts';
import { runSteps, scenarioOfSteps } from './play-steps.ts';
import { loadSavedSteps } from './saved-steps.ts';

/** The files that run by default. */
export const defaultPattern = 'scenarios/**/*.scenario.ts';

/** The error if the default pattern matches no file. */
const nothingFound = 'No scenario was found. Write one, or name files: swarmcheck run <file>.';

/** A file with scenarios to play. */
export interface Source {
  readonly file: string;
  readonly load: () => Promise<{ scenarios: readonly Found[] } | LoadError>;
}

/** A scenario to play. */
interface Found {
  readonly name: string;
  readonly scenario: Scenario;
  /** Set for steps from a JSON file. Runs and judges them, in place of the usual way to run a scenario. */
  readonly run?: (modes: readonly Mode[]) => Promise<ModeRun[]>;
}

/**
 * The files that patterns name, modules first. Without patterns: the modules of the default pattern. A pattern that
 * matches nothing is an error.
 */
export async function findSources(
  patterns: readonly string[],
): Promise<{ sources: readonly Source[]; errors: LoadError[] }> {
  const ofModules = patterns.filter((pattern) => !namesJson(pattern));
  const json = await findJsonFiles(patterns.filter(namesJson));
  const modules =
    patterns.length > 0 && ofModules.length === 0
      ? { files: [], errors: [] }
      : await findFiles(patterns.length === 0 ? [defaultPattern] : ofModules);
  if (patterns.length === 0 && modules.errors[0]) modules.errors[0].message = nothingFound;
  return {
    sources: [
      ...modules.files.map((file) => ({ file, load: () => loadScenarios(file) })),
      ...json.files.map((one) => ({
        file: one.file,
        async load() {
          const steps = await loadSavedSteps(one);
          if ('message' in steps) return steps;
          const run = (modes: readonly Mode[]) => runSteps(steps, modes);
          return { scenarios: [{ name: steps.name, scenario: scenarioOfSteps(steps), run }] };
        },
      })),
    ],
    errors: [...modules.errors, ...json.errors],
  };
}
