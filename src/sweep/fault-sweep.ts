import { shorten } from '../engine/values/engine-errors.ts';
import type { Scenario, ScenarioRun } from '../scenario/scenario.ts';
import type { Fault } from '../script/faults.ts';
import { stepsSource } from '../script/source.ts';

/**
 * How a play with a fault ended. ends-well: as without the fault. crashes: the run was rejected with an error that
 * does not occur without the fault. hangs: the time limit stopped the run. changes-the-result: the run completed with
 * another result, or the script no longer fit.
 */
export type FaultOutcome = 'ends-well' | 'crashes' | 'hangs' | 'changes-the-result';

/** One fault at one request, and its effect. */
export interface SweptFault {
  /** Which request met the fault; counts from 1. */
  readonly request: number;
  /** The step that would have answered the request; counts from 1. */
  readonly step: number;
  /** The fault that was played. */
  readonly fault: Fault;
  /** How the play ended. */
  readonly outcome: FaultOutcome;
  /** Name and message of the error that rejected the play, if there was one. */
  readonly error?: string;
  /** The first difference from the result without the fault, if there is one. */
  readonly difference?: string;
  /** The play. Its `failures` do not affect the outcome, because steps may be left over. */
  readonly run: ScenarioRun;
}

/** The effects of faults on a scenario. `String(sweep)` is the table; its JSON is everything except the runs. */
export class FaultSweep {
  /**
   * Ordered by request, then by kind of fault. Faults of the kind "cut" are ordered by their fields `by` and
   * `afterChunks`.
   */
  readonly faults: readonly SweptFault[];
  /** How many faults have each outcome. */
  readonly counts: Readonly<Record<FaultOutcome, number>>;
  readonly #scenario: Scenario;

  /** @internal */
  constructor(scenario: Scenario, faults: readonly SweptFault[]) {
    this.#scenario = scenario;
    this.faults = faults;
    const count = (outcome: FaultOutcome) => faults.filter((one) => one.outcome === outcome).length;
    this.counts = {
      'ends-well': count('ends-well'),
      crashes: count('crashes'),
      hangs: count('hangs'),
      'changes-the-result': count('changes-the-result'),
    };
  }

  /**
   * A table for people: one line for each fault, by request, and the counts at the end. Consecutive cuts with the
   * same effect share a line.
   */
  get table(): string {
    const { name, steps } = this.#scenario;
    const requests = [...new Set(this.faults.map(({ request }) => request))];
    const parts = requests.map((request) => {
      const faults = this.faults.filter((one) => one.request === request);
      const { step } = faults[0]!;
      const source = shorten(stepsSource([steps[step - 1]!]).slice(0, -1), 80);
      return [`request ${request}, for step ${step}: ${source}`, ...groupsOf(faults).map(lineOf)].join('\n');
    });
    const counted = Object.entries(this.counts).map(
      ([outcome, count]) => `${outcomeWords[outcome as FaultOutcome]}: ${count}`,
    );
    const title = `Faults in ${name === undefined ? 'a scenario' : JSON.stringify(name)}: ${this.faults.length}`;
    return [title, ...parts, counted.join(', ')].join('\n\n');
  }

  /** Returns the table. */
  toString(): string {
    return this.table;
  }

  /** Returns plain data, without the runs. */
  toJSON(): { version: 1; counts: FaultSweep['counts']; faults: Omit<SweptFault, 'run'>[] } {
    return { version: 1, counts: this.counts, faults: this.faults.map(({ run: _run, ...rest }) => rest) };
  }
}

const outcomeWords: Readonly<Record<FaultOutcome, string>> = {
  'ends-well': 'ends well',
  crashes: 'crashes',
  hangs: 'hangs',
  'changes-the-result': 'changes the result',
};

const widest = Math.max(...Object.values(outcomeWords).map(({ length }) => length));

/** Groups consecutive faults that have the same effect and differ only in the number of chunks. */
function groupsOf(faults: readonly SweptFault[]): SweptFault[][] {
  const groups: SweptFault[][] = [];
  let key: string | undefined;
  for (const one of faults) {
    const own = JSON.stringify([{ ...one.fault, afterChunks: undefined }, one.outcome, reasonOf(one)]);
    if (own === key) groups.at(-1)!.push(one);
    else groups.push([one]);
    key = own;
  }
  return groups;
}

function lineOf(group: readonly SweptFault[]): string {
  const [first] = group;
  const { outcome } = first!;
  const reason = reasonOf(first!);
  return `  ${outcomeWords[outcome].padEnd(widest)}  ${faultWords(group)}${reason === '' ? '' : `: ${reason}`}`;
}

/**
 * The first sentence of the difference or the error. `error` has the rest, with the received answer and the advice.
 */
function reasonOf({ outcome, error, difference }: SweptFault): string {
  // Shortens the message to "after … ms, waiting for …".
  if (outcome === 'hangs') return firstSentence(error!.replace(/^.*? stopped (?=after )/, ''));
  return outcome === 'ends-well' ? '' : firstSentence(difference ?? error!);
}

function firstSentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return shorten(/^.*?[.!?](?= )/.exec(line)?.[0] ?? line, 160);
}

function faultWords(group: readonly SweptFault[]): string {
  const { fault } = group[0]!;
  if (fault.kind === 'status') return `status ${fault.status}`;
  if (!('afterChunks' in fault)) return fault.kind;
  const kind = fault.kind === 'cut' ? `cut by ${fault.by}` : fault.kind;
  const last = group.at(-1)!.fault as typeof fault;
  const chunks = group.length === 1 ? `${fault.afterChunks}` : `${fault.afterChunks} to ${last.afterChunks}`;
  return `${kind} after ${chunks} ${chunks === '1' ? 'chunk' : 'chunks'}`;
}
