/** A regular expression, as far as it matters for how long a search takes. */
export type PatternPart =
  /** One character. `source` is its class, escape or literal. */
  | { readonly kind: 'character'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternPart[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternPart[] }
  | { readonly kind: 'repeat'; readonly part: PatternPart; readonly min: number; readonly max: number }
  /** A look-around: it takes no character, and is searched on its own. */
  | { readonly kind: 'look'; readonly part: PatternPart };

const nothing: PatternPart = { kind: 'sequence', parts: [] };

/** One character: a class, an escape, or the character itself. */
const character =
  /\[(?:\\[^]|[^\]\\])*\]|\\(?:u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|[^])|[^]/uy;
const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const groupStart = /\((?:\?(?:([=!]|<[=!])|:|<[^>]*>))?/y;
/** Assertions and references to groups. Neither is looked into. */
const assertion = /[\^$]|\\[bB]|\\[1-9]\d*|\\k<[^>]*>/y;

/** Reads a regular expression, which must be valid. */
export function readPattern(source: string): PatternPart {
  return new PatternReader(source).choice();
}

class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  choice(): PatternPart {
    const options = [this.#sequence()];
    while (this.#next === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  get #next(): string | undefined {
    return this.#source[this.#at];
  }

  #sequence(): PatternPart {
    const parts: PatternPart[] = [];
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): PatternPart {
    const part = this.#atom();
    const found = this.#take(quantifier);
    if (!found) return part;
    const [, sign, least, comma, most] = found;
    const min = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
    if (sign !== undefined) return { kind: 'repeat', part, min, max: sign === '?' ? 1 : Infinity };
    return { kind: 'repeat', part, min, max: comma === undefined ? min : Number(most || Infinity) };
  }

  #atom(): PatternPart {
    if (this.#take(assertion)) return nothing;
    const group = this.#take(groupStart);
    if (!group) return { kind: 'character', source: this.#take(character)![0] };
    const part = this.choice();
    this.#at++;
    return group[1] === undefined ? part : { kind: 'look', part };
  }

  #take(expected: RegExp): RegExpExecArray | undefined {
    expected.lastIndex = this.#at;
    const found = expected.exec(this.#source) ?? undefined;
    if (found) this.#at = expected.lastIndex;
    return found;
  }
}
