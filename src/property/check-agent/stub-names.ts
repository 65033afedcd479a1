import { didYouMean, suggested } from '../../engine/values/did-you-mean.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Surface } from '../surface.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/**
 * The names of a check's stubs. Each must be the name of a tool. If a name is misspelled, the real tool runs
 * unnoticed.
 */
export class StubNames {
  readonly #unseen: Set<string>;
  readonly #offered: readonly string[];

  /**
   * Throws a TypeError for a name that is nearly the name of a tool, and so probably misspelled. Other unknown names
   * may belong to tools of agents that exploring did not reach.
   */
  constructor(stubs: object, { agents }: Surface) {
    this.#offered = [...new Set(agents.flatMap(({ tools }) => tools.map(({ name }) => name)))];
    this.#unseen = new Set(Object.keys(stubs).filter((name) => !this.#offered.includes(name)));
    for (const name of this.#unseen) if (didYouMean(name, this.#offered) !== '') throw this.#forNothing(name);
  }

  /** Records which tools a run offered. */
  note({ trace }: ScenarioRun): void {
    if (this.#unseen.size === 0) return;
    for (const { request } of trace.requests)
      for (const tool of request.tools ?? []) this.#unseen.delete(tool.function.name);
  }

  /** Throws a TypeError if a stub is for a tool that was not offered in any run. */
  assertAllSeen(): void {
    for (const name of this.#unseen) throw this.#forNothing(name);
  }

  #forNothing(name: string): UsageError {
    return new UsageError(
      sentence`The stub "${{ tool: name }}" of ${{ where: 'checkAgent' }} replaces no tool: none of the agents that were reached has a tool with that name.${suggested(name, this.#offered)} Their tools: ${{ known: this.#offered }}.`,
    );
  }
}
