import { mapData, mapDefinition, mapJsonText } from './json-text.ts';
import { findSecrets, type FoundSecret, type SecretKind } from '../engine/values/secrets.ts';

/**
 * The placeholders of secrets. The one for an e-mail address is an address too, so that schemas still accept it; its
 * host cannot exist (RFC 2606).
 */
const placeholders = /\[(secret|api-key|token|cookie|private-key)-(\d+)\]|(email)-(\d+)@redacted\.invalid/g;

/** Whether a text may have a placeholder in it. This costs less than a search for all of them. */
function mayHavePlaceholder(text: string): boolean {
  return text.includes('@redacted.invalid') || /\[(?:secret|api-key|token|cookie|private-key)-\d/.test(text);
}

/** A text whose placeholders have lost their numbers, which mean something only within one conversation. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(placeholders, (_all, kind: string | undefined) => `[${kind ?? 'email'}]`);
}

function placeholderOf(kind: SecretKind, number: number): string {
  return kind === 'email' ? `email-${number}@redacted.invalid` : `[${kind}-${number}]`;
}

/**
 * The minimum length of a known secret that is searched for in other texts. A shorter one would be found within other
 * words.
 */
const shortestElsewhere = 6;

/**
 * The secrets of one conversation, which stay in memory, and the placeholders that replace them on disk.
 *
 * A secret has the same placeholder throughout the conversation. This has two effects in a replay. If a request has
 * contained the secret, a recorded answer is served with the secret in place of its placeholder. And a replayed
 * request equals the recorded one, even if the secret has changed since.
 */
export class LaneSecrets {
  readonly #placeholders = new Map<string, string>();
  readonly #values = new Map<string, string>();
  #count = 0;

  /** Whether no secret has been found yet. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /**
   * The text without its secrets. In a replay, `like` is the value that the recording has at the same place. A new
   * secret gets the next placeholder of its kind in `like`.
   */
  hideText(text: string, like?: unknown): string {
    return this.#untilKnown(() => this.#hiding(like)(text, false));
  }

  /** Hides the secrets in every string of plain data, as `hideText` does. */
  hideData(value: unknown, like?: unknown): unknown {
    return this.#untilKnown(() => mapData(value, this.#hiding(like)));
  }

  /** Hides the secrets in a definition: the schema of a tool, or of an answer. */
  hideDefinition(value: unknown, like?: unknown): unknown {
    return this.#untilKnown(() => {
      const hide = this.#hiding(like);
      return mapDefinition(value, (text) => hide(text, false));
    });
  }

  /**
   * Repeats the pass if a new secret was found: it may also occur earlier in the data, where it was not recognized.
   */
  #untilKnown<T>(hide: () => T): T {
    const { size } = this.#placeholders;
    const hidden = hide();
    return this.#placeholders.size > size ? hide() : hidden;
  }

  /** A recorded text in which the secrets that this conversation has contained so far replace their placeholders. */
  reveal(text: string): string {
    if (this.#values.size === 0 || !mayHavePlaceholder(text)) return text;
    return mapJsonText(text, (inner) => this.reveal(inner)) ?? this.#revealPlain(text);
  }

  /** Reveals the secrets in every string of plain data, as `reveal` does. */
  revealData(value: unknown): unknown {
    return this.#values.size === 0 ? value : mapData(value, (text) => this.reveal(text));
  }

  /**
   * Reserves the numbers of the placeholders in recorded data, so that a new secret gets another number. This
   * conversation may not have contained the recorded secrets.
   */
  reserve(recorded: unknown): void {
    for (const match of textOf(recorded).matchAll(placeholders))
      this.#count = Math.max(this.#count, Number(match[2] ?? match[4]));
  }

  #revealPlain(text: string): string {
    return text.replaceAll(placeholders, (placeholder) => this.#values.get(placeholder) ?? placeholder);
  }

  #hiding(like: unknown): (text: string, isSecret: boolean) => string {
    let names: string[] | undefined;
    // The placeholders are read only when a secret is found.
    const recorded = () => (names ??= namesIn(like));
    const hide = (text: string, isSecret: boolean): string => {
      if (isSecret && text !== '')
        return isPlaceholder(text) ? text : this.#nameOf(text, 'secret', recorded());
      return mapJsonText(text, hide) ?? this.#hidePlain(text, recorded);
    };
    return hide;
  }

  #hidePlain(text: string, recorded: () => string[]): string {
    const all = findSecrets(text, this.#placeholdersIn(text), this.#knownIn(text));
    if (all.length === 0) return text;
    let hidden = '';
    let done = 0;
    for (const { start, end, kind } of all) {
      const value = text.slice(start, end);
      hidden += text.slice(done, start);
      hidden += isPlaceholder(value) ? value : this.#nameOf(value, kind, recorded());
      done = end;
    }
    return hidden + text.slice(done);
  }

  /** The placeholders that are in the text already. */
  #placeholdersIn(text: string): FoundSecret[] {
    if (!mayHavePlaceholder(text)) return [];
    return [...text.matchAll(placeholders)].map(({ 0: name, index }) => {
      // A user's text that looks like a placeholder stays unchanged, and no secret may get that name.
      if (!this.#values.has(name)) this.#values.set(name, name);
      return spanOf(index, name);
    });
  }

  /**
   * The known secrets that occur in the text, even where no pattern recognizes them. Longer ones come first, so that
   * a secret wins over a shorter one that it begins with.
   */
  #knownIn(text: string): FoundSecret[] {
    const found: FoundSecret[] = [];
    for (const value of this.#placeholders.keys()) {
      if (value.length < shortestElsewhere) continue;
      for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
        found.push(spanOf(at, value));
    }
    return found.toSorted((left, right) => right.end - right.start - (left.end - left.start));
  }

  /**
   * `recorded` lists the placeholders in the recorded value that are not used yet, in order. A new secret gets the
   * first one of its kind.
   */
  #nameOf(value: string, kind: SecretKind, recorded: string[]): string {
    const known = this.#placeholders.get(value);
    if (known !== undefined) {
      const index = recorded.indexOf(known);
      if (index >= 0) recorded.splice(0, index + 1);
      return known;
    }
    const index = recorded.findIndex((name) => kindOf(name) === kind && !this.#values.has(name));
    const name = index >= 0 ? recorded.splice(0, index + 1).at(-1)! : this.#newName(kind);
    this.#placeholders.set(value, name);
    this.#values.set(name, value);
    return name;
  }

  #newName(kind: SecretKind): string {
    let name;
    do name = placeholderOf(kind, ++this.#count);
    while (this.#values.has(name));
    return name;
  }
}

function spanOf(start: number, value: string): FoundSecret {
  // The kind does not matter: the secret already has a placeholder.
  return { start, end: start + value.length, kind: 'secret' };
}

function kindOf(placeholder: string): string | undefined {
  const [match] = placeholder.matchAll(placeholders);
  return match?.[1] ?? match?.[3];
}

function namesIn(like: unknown): string[] {
  return like === undefined ? [] : [...textOf(like).matchAll(placeholders)].map(([name]) => name);
}

function isPlaceholder(text: string): boolean {
  const [match] = text.matchAll(placeholders);
  return match?.[0] === text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
