import { readPattern, type PatternPart } from './pattern-syntax.ts';

/**
 * Whether the search for a pattern may take exponentially long. It may if a repeated part can match the same text in
 * two ways, as in `(a+)+` or `(\w+\s?)*`: a text of 30 characters that does not match then takes minutes.
 *
 * A repeated part within a repeated part is harmless if each text has one way, as in `([a-z]+\.)+`. Patterns that
 * take time by the square of the text, such as `a*a*$`, are not found.
 */
export function isSlowPattern(source: string): boolean {
  // Only a repeated group can contain a repeated part.
  if (!/\)[*+{]/.test(source)) return false;
  let isSlow = known.get(source);
  if (isSlow === undefined) {
    isSlow = isValid(source) && isAmbiguousLoop(source);
    if (known.size >= mostKnown) known.clear();
    known.set(source, isSlow);
  }
  return isSlow;
}

const known = new Map<string, boolean>();
const mostKnown = 1000;

/** Larger patterns are not decided, so that the decision takes no time itself. */
const mostPlaces = 100;

function isValid(source: string): boolean {
  return regExp(source) !== undefined;
}

function regExp(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags);
    } catch {
      // Invalid with these flags.
    }
  }
  return undefined;
}

function isAmbiguousLoop(source: string): boolean {
  const samples = samplesOf(source);
  const waiting = [readPattern(source)];
  for (const part of waiting) {
    const automaton = new Automaton(samples);
    // Look-arounds are searched on their own.
    waiting.push(...automaton.read(part));
    if (automaton.hasAmbiguousLoop()) return true;
  }
  return false;
}

/** Characters by which the classes of a pattern are compared: ASCII, some others, and the characters of the pattern. */
function samplesOf(source: string): string[] {
  const ascii = Array.from({ length: 128 }, (_item, code) => String.fromCharCode(code));
  return [...new Set([...ascii, ...Array.from('\u00A0éßλ漢😀\u2028'), ...Array.from(source)])];
}

/** A part of a pattern in the automaton: the places where its text may begin and end. */
interface Span {
  readonly isEmpty: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const emptySpan: Span = { isEmpty: true, first: [], last: [] };

/**
 * The automaton of a pattern (Glushkov). A place is one character of the pattern, and `#next` has the places that may
 * follow it. A place that follows in two ways is listed twice.
 */
class Automaton {
  readonly #samples: readonly string[];
  /** For each place, which samples it matches, as bits. */
  readonly #matches: bigint[] = [];
  /** The same by the source of a place, because the places of a pattern often repeat. */
  readonly #bits = new Map<string, bigint>();
  readonly #next: number[][] = [];
  readonly #looks: PatternPart[] = [];

  constructor(samples: readonly string[]) {
    this.#samples = samples;
  }

  /** Adds a whole pattern. Returns the look-arounds in it. */
  read(part: PatternPart): readonly PatternPart[] {
    this.#add(part);
    return this.#looks;
  }

  /** Whether a text leads from a place back to it in two ways. */
  hasAmbiguousLoop(): boolean {
    const count = this.#next.length;
    if (count > mostPlaces) return false;
    return this.#next.some((_next, place) => {
      const start = place * count + place;
      const onwards = this.#pairsFrom(start, this.#next);
      if (!onwards.has(start)) return false;
      if (this.#isDoubled(place, onwards)) return true;
      const back = this.#pairsFrom(start, this.#previous);
      return [...onwards].some((pair) => Math.floor(pair / count) !== pair % count && back.has(pair));
    });
  }

  get #previous(): number[][] {
    const previous: number[][] = this.#next.map(() => []);
    for (const [from, all] of this.#next.entries()) for (const to of all) previous[to]!.push(from);
    return previous;
  }

  /** Whether a place of the loop follows this one in two ways. */
  #isDoubled(place: number, loop: ReadonlySet<number>): boolean {
    const next = this.#next[place]!;
    const count = this.#next.length;
    return next.some(
      (to, index) =>
        next.indexOf(to) !== index &&
        this.#pairsFrom(to * count + to, this.#next).has(place * count + place) &&
        loop.has(to * count + to),
    );
  }

  /** The pairs of places to which one text leads from a pair. */
  #pairsFrom(start: number, steps: readonly (readonly number[])[]): Set<number> {
    const count = steps.length;
    const found = new Set<number>();
    const waiting = [start];
    for (const pair of waiting) {
      for (const one of steps[Math.floor(pair / count)]!)
        for (const other of steps[pair % count]!) {
          const to = one * count + other;
          if (found.has(to) || (this.#matches[one]! & this.#matches[other]!) === 0n) continue;
          found.add(to);
          waiting.push(to);
        }
    }
    return found;
  }

  #add(part: PatternPart): Span {
    switch (part.kind) {
      case 'character':
        return this.#character(part.source);
      case 'sequence':
        return part.parts
          .map((one) => this.#add(one))
          .reduce((before, one) => this.#join(before, one), emptySpan);
      case 'choice':
        return part.options.map((one) => this.#add(one)).reduce(eitherOf);
      case 'repeat':
        return this.#repeat(part.part, part.min, part.max);
      case 'look':
        this.#looks.push(part.part);
        return emptySpan;
    }
  }

  #character(source: string): Span {
    let bits = this.#bits.get(source);
    if (bits === undefined) {
      const expected = regExp(`^(?:${source})$`);
      // The first digit of the number is the first sample.
      bits = BigInt(`0b${this.#samples.map((sample) => (expected?.test(sample) ? 1 : 0)).join('')}`);
      this.#bits.set(source, bits);
    }
    const place = this.#next.push([]) - 1;
    this.#matches.push(bits);
    return { isEmpty: false, first: [place], last: [place] };
  }

  #join(before: Span, after: Span): Span {
    for (const place of before.last) this.#next[place]!.push(...after.first);
    return {
      isEmpty: before.isEmpty && after.isEmpty,
      first: before.isEmpty ? [...before.first, ...after.first] : before.first,
      last: after.isEmpty ? [...before.last, ...after.last] : after.last,
    };
  }

  /** Adds at most two copies of a part: a repetition that is ambiguous is ambiguous with two copies. */
  #repeat(part: PatternPart, min: number, max: number): Span {
    if (this.#next.length > mostPlaces || max === 0) return emptySpan;
    if (max >= mostCopies && (max === Infinity || isVariable(part))) {
      const body = this.#add(part);
      for (const place of body.last) this.#next[place]!.push(...body.first);
      return { ...body, isEmpty: body.isEmpty || min === 0 };
    }
    if (max === 1) return { ...this.#add(part), isEmpty: true };
    let optional = emptySpan;
    for (let copies = Math.min(max - min, 2); copies > 0; copies--)
      optional = { ...this.#join(this.#add(part), optional), isEmpty: true };
    let whole = optional;
    for (let copies = Math.min(min, 2); copies > 0; copies--) whole = this.#join(this.#add(part), whole);
    return whole;
  }
}

/** From this number on, a counted repetition of a part of variable length is as slow as one without end. */
const mostCopies = 10;

function isVariable(part: PatternPart): boolean {
  switch (part.kind) {
    case 'character':
    case 'look':
      return false;
    case 'sequence':
      return part.parts.some(isVariable);
    case 'choice':
      return part.options.some(isVariable);
    case 'repeat':
      return part.min !== part.max || isVariable(part.part);
  }
}

function eitherOf(one: Span, other: Span): Span {
  return {
    isEmpty: one.isEmpty || other.isEmpty,
    first: [...one.first, ...other.first],
    last: [...one.last, ...other.last],
  };
}
