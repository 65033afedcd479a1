import type { Step } from '../../script/steps.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import { agreement, type ArgumentWords, type ValueWords } from './words.ts';
import { partsOf, type ShownValue } from './read-values.ts';

/** How many values a dictionary collects at most, so that its memory is bounded. */
const mostCollected = 10_000;
/** How many of them it keeps, how many of these are plain words, and how many places are kept of each. */
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

/** Where a value was shown. `key` is the same for the same words. */
interface Place extends ValueWords {
  readonly key: string;
  readonly likelihood: number;
}

interface Entry {
  readonly value: string;
  /** Whether it was only shown as a word of a sentence, not as an id or a number. */
  isWord: boolean;
  /** The most likely ones, sorted. */
  places: Place[];
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
 * numbers are both kept as text. If there are too many values, the order in which they came does not decide which ones
 * are kept.
 */
export class Dictionary {
  readonly #entries = new Map<string, Entry>();
  /** The values that runs sent before they were shown, and those that the current run sent. */
  readonly #sent = new Set<string>();
  readonly #sentNow = new Set<string>();
  /** The values that are kept; undefined if they are not chosen yet. */
  #kept: readonly Entry[] | undefined;

  /** How many values were collected. */
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
        if (this.#entries.size >= mostCollected) continue;
        this.#entries.set(value, (entry = { value, isWord: true, places: [], way }));
      }
      if (usual >= 0.5) entry.isWord = false;
      if (way.steps.length < entry.way.steps.length) entry.way = way;
      const key = `${near.join(' ')}|${far.join(' ')}`;
      entry.places = withPlace(entry.places, { near, far, likelihood, key });
      this.#kept = undefined;
    }
  }

  /** The shortest script that showed the value; undefined if none did. */
  wayTo(value: unknown): Way | undefined {
    return this.#entries.get(String(value))?.way;
  }

  /** All values that are kept, those that agree best with the words of an argument first. */
  candidatesFor(words: ArgumentWords): Candidate[] {
    this.#kept ??= keptOf([...this.#entries.values()]);
    return this.#kept
      .map(({ value, places }) => ({
        value,
        weight: Math.max(...places.map((place) => place.likelihood * (1 + agreement(words, place)) ** 3)),
      }))
      .toSorted((one, other) => other.weight - one.weight || compare(one.value, other.value));
  }
}

/** The places with another one, the most likely first, without those that are too many. */
function withPlace(places: Place[], place: Place): Place[] {
  const same = places.findIndex(({ key }) => key === place.key);
  if (same !== -1 && places[same]!.likelihood >= place.likelihood) return places;
  return places
    .toSpliced(same, same === -1 ? 0 : 1)
    .concat(place)
    .toSorted((one, other) => other.likelihood - one.likelihood || compare(one.key, other.key))
    .slice(0, mostPlaces);
}

/**
 * The entries that a dictionary keeps: the most likely ones, and of equal ones some of each place, so that the many
 * values of one list do not crowd out those of another.
 */
function keptOf(entries: readonly Entry[]): Entry[] {
  const sorted = entries.toSorted((one, other) => compare(one.value, other.value));
  const ranks = new Map<string, number>();
  const ranked = sorted.map((entry) => {
    const { key, likelihood } = entry.places[0]!;
    const rank = ranks.get(key) ?? 0;
    ranks.set(key, rank + 1);
    return { entry, rank, likelihood };
  });
  // The sort is stable, so equal ones stay sorted by value.
  const all = ranked
    .toSorted((one, other) => other.likelihood - one.likelihood || one.rank - other.rank)
    .map(({ entry }) => entry);
  const words = new Set(all.filter(({ isWord }) => isWord).slice(mostWords));
  return all.filter((entry) => !words.has(entry)).slice(0, mostValues);
}

/** Compares by code unit, the same on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
