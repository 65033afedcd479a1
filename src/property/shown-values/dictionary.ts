import type { Step } from '../../script/steps.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { agreement, type ArgumentWords, type ValueWords } from './words.ts';
import { partsOf, type ShownValue } from './read-values.ts';

/** How many values a dictionary has at most, how many of them are plain words, and how many places are kept of each. */
const mostValues = 500;
const mostWords = 150;
const mostPlaces = 6;

/** How much less likely a value is that an earlier run sent: it may be a repetition, or an id such as 1. */
const afterSent = 0.25;

/** The shortest script that showed a value. */
export interface Way {
  readonly steps: readonly Step[];
  /** Returns the index of the agent that is asked after the steps. */
  readonly at: () => number | undefined;
}

interface Entry {
  readonly value: string;
  readonly places: (ValueWords & { likelihood: number })[];
  way: Way;
}

/** A value for an argument, and how well it fits. */
export interface Candidate {
  readonly value: string;
  readonly weight: number;
}

/**
 * The values that the model is shown: by tools, instructions, users, context variables and schemas. A value that a
 * run shows after it sent the value itself is left out, because a tool that repeats its arguments reveals nothing. Strings and
 * numbers are both kept as text.
 */
export class Dictionary {
  readonly #entries = new Map<string, Entry>();
  /** The values that runs sent before they were shown, and those that the current run sent. */
  readonly #sent = new Set<string>();
  readonly #sentNow = new Set<string>();
  #words = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Forgets which values the current run sent, because another one begins. */
  beginRun(): void {
    this.#sentNow.clear();
  }

  /** Records values that the model sends in arguments of the current run. */
  noteSent(args: unknown): void {
    if (typeof args === 'string') {
      this.#markSent(args);
      for (const part of partsOf(args)) this.#markSent(part);
    } else if (typeof args === 'number') {
      this.#markSent(String(args));
    } else if (Array.isArray(args)) {
      for (const item of args) this.noteSent(item);
    } else if (isPlainObject(args)) {
      for (const [key, item] of Object.entries(args)) {
        this.noteSent(key);
        this.noteSent(item);
      }
    }
  }

  #markSent(value: string): void {
    this.#sentNow.add(value);
    if (!this.#entries.has(value)) this.#sent.add(value);
  }

  /** Adds values that the model is shown after the steps of `way`. */
  add(values: readonly ShownValue[], way: Way): void {
    for (const { value: shown, near, far, likelihood: usual } of values) {
      const value = String(shown);
      if (this.#sentNow.has(value)) continue;
      const likelihood = this.#sent.has(value) ? usual * afterSent : usual;
      let entry = this.#entries.get(value);
      if (!entry) {
        const isWord = usual < 0.5;
        if (this.#entries.size >= mostValues || (isWord && this.#words >= mostWords)) continue;
        if (isWord) this.#words++;
        this.#entries.set(value, (entry = { value, places: [], way }));
      }
      if (way.steps.length < entry.way.steps.length) entry.way = way;
      if (entry.places.length < mostPlaces) entry.places.push({ near, far, likelihood });
    }
  }

  /** The shortest script that showed the value; undefined if none did. */
  wayTo(value: unknown): Way | undefined {
    return this.#entries.get(String(value))?.way;
  }

  /** All values, those that agree best with the words of an argument first. */
  candidatesFor(words: ArgumentWords): Candidate[] {
    return Array.from(this.#entries.values(), ({ value, places }) => ({
      value,
      weight: Math.max(...places.map((place) => place.likelihood * (1 + agreement(words, place)) ** 3)),
    })).toSorted((one, other) => other.weight - one.weight || compare(one.value, other.value));
  }
}

/** Compares by code unit, the same on every machine. The order in which values were found does not count. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
