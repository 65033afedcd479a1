import type { LoadError } from '../report/run-report.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { FoundScenario } from './load-scenarios.ts';

/** How many names a message lists. */
const shownNames = 10;

/** Which of the scenarios that were found are played: those that the filter lets through, each once. */
export class ChosenScenarios {
  readonly #filter: string | undefined;
  readonly #seen = new Set<Scenario>();
  /** The files that names come from. */
  readonly #files = new Map<string, string>();
  #isAnyChosen = false;

  constructor(filter: string | undefined) {
    this.#filter = filter;
  }

  /** What is to be done with a scenario, or what is wrong with it: a name is what tells scenarios apart. */
  choose(
    { name, scenario }: Pick<FoundScenario, 'name' | 'scenario'>,
    file: string,
  ): 'play' | 'skip' | LoadError {
    // An index that exports the scenarios of other files.
    if (this.#seen.has(scenario)) return 'skip';
    this.#seen.add(scenario);
    const other = this.#files.get(name);
    this.#files.set(name, other ?? file);
    if (this.#filter !== undefined && !name.toLowerCase().includes(this.#filter.toLowerCase())) return 'skip';
    this.#isAnyChosen = true;
    if (other === undefined) return 'play';
    return {
      file,
      message: `Two scenarios are named "${name}": ${other === file ? 'both here' : `one here, one in ${other}`}. Reports and --filter tell them apart by name. Rename one; this one is not played.`,
    };
  }

  /** That the filter let nothing through, if so. */
  get unmatched(): LoadError | undefined {
    if (this.#filter === undefined || this.#isAnyChosen || this.#files.size === 0) return undefined;
    const names = [...this.#files.keys()];
    const more = names.length > shownNames ? `, and ${names.length - shownNames} more` : '';
    return {
      file: `--filter ${JSON.stringify(this.#filter)}`,
      message: `No scenario has this in its name. There are: ${names
        .slice(0, shownNames)
        .map((name) => JSON.stringify(name))
        .join(', ')}${more}.`,
    };
  }
}
