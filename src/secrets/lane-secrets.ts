import { mapData, mapDefinition, mapJsonText } from './json-text.ts';
import { findSecrets, type FoundSecret, type SecretKind } from './secrets.ts';

/** What stands in place of secrets. An e-mail address stays one, at a host that cannot be (RFC 2606), so that schemas still hold. */
const placeholders = /\[(secret|api-key|token|cookie|private-key)-(\d+)\]|(email)-(\d+)@redacted\.invalid/g;

/** Whether there can be one in a text; to look for them all costs more. */
function mayHavePlaceholder(text: string): boolean {
  return text.includes('@redacted.invalid') || /\[(?:secret|api-key|token|cookie|private-key)-\d/.test(text);
}

/** A text without the numbers of what is hidden in it: which secret it is has to be told by the conversation. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(placeholders, (_all, kind: string | undefined) => `[${kind ?? 'email'}]`);
}

function placeholderOf(kind: SecretKind, number: number): string {
  return kind === 'email' ? `email-${number}@redacted.invalid` : `[${kind}-${number}]`;
}

/** Shorter ones would be found in other words. */
const shortestElsewhere = 6;

/**
 * The secrets of one conversation, which stay in memory, and what stands in their place on disk.
 *
 * The same secret has the same placeholder throughout the conversation; so a recorded answer can be given with the secret in
 * it once the conversation has shown it, and a replayed request is as it was recorded whatever the secret is today.
 */
export class LaneSecrets {
  readonly #placeholders = new Map<string, string>();
  readonly #values = new Map<string, string>();
  #count = 0;

  /** Whether none was met yet. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /**
   * The text without its secrets. `like` is what was recorded in its place, where there is such: unknown secrets are called
   * as they are called there.
   */
  hideText(text: string, like?: unknown): string {
    return this.#untilKnown(() => this.#hiding(like)(text, false));
  }

  /** The same for every string in plain data. */
  hideData(value: unknown, like?: unknown): unknown {
    return this.#untilKnown(() => mapData(value, this.#hiding(like)));
  }

  /** The same for a definition: the schema of a tool, or of an answer. */
  hideDefinition(value: unknown, like?: unknown): unknown {
    return this.#untilKnown(() => {
      const hide = this.#hiding(like);
      return mapDefinition(value, (text) => hide(text, false));
    });
  }

  /** Once more where something was recognised: it may have stood there before, where nothing told that it is one. */
  #untilKnown<T>(hide: () => T): T {
    const { size } = this.#placeholders;
    const hidden = hide();
    return this.#placeholders.size > size ? hide() : hidden;
  }

  /** A recorded text with the secrets that the conversation has shown. */
  reveal(text: string): string {
    if (this.#values.size === 0 || !mayHavePlaceholder(text)) return text;
    return mapJsonText(text, (inner) => this.reveal(inner)) ?? this.#revealPlain(text);
  }

  /** The same for every string in plain data. */
  revealData(value: unknown): unknown {
    return this.#values.size === 0 ? value : mapData(value, (text) => this.reveal(text));
  }

  /** Takes the names that stand in a recorded text for used, though the conversation has not shown what they stand for. */
  reserve(recorded: unknown): void {
    for (const match of textOf(recorded).matchAll(placeholders))
      this.#count = Math.max(this.#count, Number(match[2] ?? match[4]));
  }

  #revealPlain(text: string): string {
    return text.replaceAll(placeholders, (placeholder) => this.#values.get(placeholder) ?? placeholder);
  }

  #hiding(like: unknown): (text: string, isSecret: boolean) => string {
    let names: string[] | undefined;
    // Looked for with the first secret that there is.
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

  /** What is hidden already. */
  #placeholdersIn(text: string): FoundSecret[] {
    if (!mayHavePlaceholder(text)) return [];
    return [...text.matchAll(placeholders)].map(({ 0: name, index }) => {
      // Somebody's text that looks like one stands for itself, and nothing else may be called so.
      if (!this.#values.has(name)) this.#values.set(name, name);
      return spanOf(index, name);
    });
  }

  /** Secrets that were recognised elsewhere, perhaps by their fields; of those that begin alike the longest. */
  #knownIn(text: string): FoundSecret[] {
    const found: FoundSecret[] = [];
    for (const value of this.#placeholders.keys()) {
      if (value.length < shortestElsewhere) continue;
      for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
        found.push(spanOf(at, value));
    }
    return found.toSorted((left, right) => right.end - right.start - (left.end - left.start));
  }

  /** `recorded` are the placeholders of the recorded text that are not taken yet, in order. */
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
  // The kind of what has a name already does not matter.
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
