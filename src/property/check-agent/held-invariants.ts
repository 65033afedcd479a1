import { isPromiseLike } from '../../engine/values/promise.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { show } from '../../scenario/equals.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { PrototypePollutedError, takePollution } from '../../scenario/polluted-prototypes.ts';
import { ScenarioTimeoutError, TimeLimit } from '../../scenario/timeout.ts';
import { isMisfit } from '../../script/script-errors.ts';
import { invariantNames, invariants, ofAnyApp, type InvariantName } from '../invariants/invariants.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/** Judges a run. The run keeps the invariant if this function returns true, undefined, or a promise of either. */
type Held = (run: ScenarioRun) => unknown;

/** An invariant of a check. */
export interface HeldInvariant {
  readonly name: string;
  readonly held: Held;
}

/** An invariant that did not hold. */
export interface Breach {
  readonly invariant: HeldInvariant;
  /** What was wrong, in words. */
  readonly message: string;
  /** What the invariant threw, if it did. */
  readonly cause?: unknown;
}

/** The invariants of the run loop that must hold in every run, besides the user's invariants. */
type ChosenInvariants = 'all' | 'none' | readonly InvariantName[];

const endsInTime: HeldInvariant = {
  name: 'ends-in-time',
  held({ error }) {
    if (error instanceof ScenarioTimeoutError) throw error;
  },
};

const prototypesStayClean: HeldInvariant = {
  name: 'prototypes-stay-clean',
  held({ failures }) {
    const polluted = failures.find(({ cause }) => cause instanceof PrototypePollutedError);
    if (polluted) throw polluted.cause;
  },
};

/** The options that say which invariants the runs of a check must keep. */
export interface InvariantSettings {
  readonly invariants?: ChosenInvariants | undefined;
  readonly always?: Readonly<Record<string, Held>> | undefined;
  readonly sometimes?: Readonly<Record<string, Held>> | undefined;
}

/** The invariants of a check in their order, and how often each thing named in `sometimes` happened. */
export class Invariants {
  /** For each name of `sometimes`, in how many of the judged runs it happened. */
  readonly counts = new Map<string, number>();
  /**
   * The first invariant of each check, whichever others are chosen, because a run that hangs always fails the check.
   */
  readonly endsInTime = endsInTime;
  readonly #invariants: readonly HeldInvariant[];
  /** All invariants of the run loop that hold for this app, chosen or not. */
  readonly #every: readonly InvariantName[];
  readonly #timeoutMs: number;

  constructor(
    agent: AgentUnderTest,
    { invariants: chosen = 'all', always = {}, sometimes = {} }: InvariantSettings,
    timeoutMs: number,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#every = isExternalAgent(agent) ? ofAnyApp : invariantNames;
    const names = chosen === 'all' ? this.#every : chosen === 'none' ? [] : chosen;
    for (const name of Object.keys(sometimes)) this.counts.set(name, 0);
    this.#invariants = [
      endsInTime,
      prototypesStayClean,
      ...names.map((name) => ({ name, held: invariants[name] })),
      ...invariantsIn(always),
      ...invariantsIn(sometimes).map(({ name, held }) => ({ name, held: this.#counted(name, held) })),
    ];
  }

  /** Sets all counts to 0. */
  forget(): void {
    for (const name of this.counts.keys()) this.counts.set(name, 0);
  }

  /**
   * The invariant with this name: one of the check, or one of the run loop that the check did not choose. Undefined
   * if the name is unknown, or if the invariant does not apply to this kind of app.
   */
  named(name: string): HeldInvariant | undefined {
    const known = this.#invariants.find((invariant) => invariant.name === name);
    const other = this.#every.find((invariant) => invariant === name);
    return known ?? (other && { name: other, held: invariants[other] });
  }

  /** The first invariant that a run breaks; undefined if the run keeps all of them. */
  async firstBreach(run: ScenarioRun): Promise<Breach | undefined> {
    for (const invariant of this.#invariants) {
      const breach = await this.breachOf(invariant, run);
      if (breach) return breach;
    }
    return undefined;
  }

  /** What is wrong with a run according to one invariant; undefined if it holds. */
  async breachOf(invariant: HeldInvariant, run: ScenarioRun): Promise<Breach | undefined> {
    try {
      const held = invariant.held(run);
      const verdict = isPromiseLike(held) ? await this.#inTime(invariant, held) : held;
      if (verdict === false) return { invariant, message: 'it does not hold (the invariant returned false)' };
      if (verdict === true || verdict === undefined) return undefined;
      return {
        invariant,
        message: `it returned ${valueWords(verdict)}. An invariant must return true, false or undefined, or throw.`,
      };
    } catch (cause) {
      // A matcher refuses to judge a run whose script did not fit the agents. The invariant is then neither kept nor
      // broken, and the check goes on.
      if (cause instanceof Error && isMisfit(cause.cause)) return undefined;
      return { invariant, message: wordsOf(invariant, cause), cause };
    }
  }

  #counted(name: string, happened: Held): Held {
    return (run) => {
      const has = happened(run);
      if (isPromiseLike(has)) {
        // The error below reports the promise, so a later rejection is ignored.
        Promise.resolve(has).catch(() => {});
        throw new UsageError(
          'it returned a Promise, which would count as true. Return true or false instead.',
        );
      }
      if (has) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    };
  }

  async #inTime(invariant: HeldInvariant, verdict: PromiseLike<unknown>): Promise<unknown> {
    using limit = new TimeLimit(this.#timeoutMs, undefined, () => 'its promise', {
      what: `The invariant ${JSON.stringify(invariant.name)}`,
    });
    return await limit.within(verdict);
  }
}

function invariantsIn(named: Readonly<Record<string, Held>>): HeldInvariant[] {
  return Object.entries(named).map(([name, held]) => ({ name, held: withoutPollution(held) }));
}

/** The same invariant, which is broken if its own code sets a key on a built-in object. */
function withoutPollution(held: Held): Held {
  return (run) => {
    let verdict;
    try {
      verdict = held(run);
    } catch (error) {
      throw takePollution()[0] ?? error;
    }
    return isPromiseLike(verdict) ? verdict.then(cleanly, failed) : cleanly(verdict);
  };
}

function cleanly(verdict: unknown): unknown {
  const [polluted] = takePollution();
  if (polluted) throw polluted;
  return verdict;
}

function failed(error: unknown): never {
  throw takePollution()[0] ?? error;
}

function wordsOf(invariant: HeldInvariant, thrown: unknown): string {
  if (!(thrown instanceof Error)) return `it threw ${show(thrown)}`;
  // The message of an InvariantBrokenError begins with the name of the invariant, which the report shows anyway.
  const { message } = thrown;
  const beginning = `${invariant.name}: `;
  const words = message.startsWith(beginning) ? message.slice(beginning.length) : message;
  return words.trim() === '' ? `it threw an error without a message (${thrown.name})` : words;
}
