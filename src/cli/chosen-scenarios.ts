import type { LoadError } from '../report/run-report.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { FoundScenario } from './load-scenarios.ts';

/** How many names a message lists at most. */
const shownNames = 10;

/** Chooses the scenarios to play: those whose name contains the filter, each once. */
export class ChosenScenarios {
  readonly #filter: string | undefined;
  readonly #seen = new Set<Scenario>();
  /** The file in which each scenario name was found first. */
  readonly #files = new Map<string, string>();
  #isAnyChosen = false;

  constructor(filter: string | undefined) {
    this.#filter = filter;
  }

  /**
   * Whether to play or skip a scenario. Returns an error if another scenario has the same name, because only names
   * tell scenarios apart.
   */
  choose(
    { name, scenario }: Pick<FoundScenario, 'name' | 'scenario'>,
    file: string,
  ): 'play' | 'skip' | LoadError {
    // Another file may export the same scenario again, as an index file does.
    if (this.#seen.has(scenario)) return 'skip';
    this.#seen.add(scenario);
    const other = this.#files.get(name);
    this.#files.set(name, other ?? file);
    if (this.#filter !== undefined && !name.toLowerCase().includes(this.#filter.toLowerCase())) return 'skip';
    this.#isAnyChosen = true;
    if (other === undefined) return 'play';
    return {
      file,
      message: `Two scenarios are named "${name}": ${other === file ? 'both in this file' : `one in this file, one in ${other}`}. This one is not played, because reports and --filter tell scenarios apart by name. Rename one.`,
    };
  }

  /** An error if no scenario name contains the filter. */
  get unmatched(): LoadError | undefined {
    if (this.#filter === undefined || this.#isAnyChosen || this.#files.size === 0) return undefined;
    const names = [...this.#files.keys()];
    const more = names.length > shownNames ? `, and ${names.length - shownNames} more` : '';
    return {
      file: `--filter ${JSON.stringify(this.#filter)}`,
      message: `No scenario name contains this text. The names are: ${names
        .slice(0, shownNames)
        .map((name) => JSON.stringify(name))
        .join(', ')}${more}.`,
    };
  }
}
