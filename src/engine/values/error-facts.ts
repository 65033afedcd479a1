/**
 * The facts of errors, as fields for programs. A field has the same meaning in every error class. The values are
 * plain data, without functions, requests or secrets. A class declares the fields that its errors may have, and
 * inherits their comments by "implements".
 */
export interface ErrorFacts {
  /** The class, function or object that was used wrongly, as the message names it: `An Agent`, `runScenario`. */
  readonly where: string;
  /** The wrong field, option or argument, as the caller wrote it. An item of a list has its index: `messages[2]`. */
  readonly field: string;
  /** The value that was given, with its kind: `the number 17`. */
  readonly given: string;
  /** A description of a valid value. */
  readonly expected: string;
  /** The valid names. */
  readonly known: readonly string[];
  /** The known name that was probably meant. */
  readonly suggestion: string;
  /** The name of the agent. */
  readonly agent: string;
  /** The name of the tool. */
  readonly tool: string;
  /** The name of the hook. */
  readonly hook: string;
  /** The file, as messages show it. */
  readonly file: string;
  /** The line of the mistake in the file, from 1. */
  readonly line: number;
  /** The column in `line` where JSON becomes invalid, from 1. */
  readonly column: number;
  /** The number of the step in its script, from 1. */
  readonly step: number;
  /** The number of the call in its step, from 1. */
  readonly call: number;
  /** What went wrong, as one of the words that the error class lists. */
  readonly problem: string;
  /** The time limit, in milliseconds. */
  readonly timeoutMs: number;
}

type Fact = ErrorFacts[keyof ErrorFacts];

/** A text, and the facts it states. */
export class Sentence {
  readonly text: string;
  readonly facts: Partial<ErrorFacts>;

  constructor(text: string, facts: Partial<ErrorFacts>) {
    this.text = text;
    this.facts = facts;
  }
}

/**
 * Writes a message and the fields of its error from the same values, so that they cannot differ:
 * `` sentence`The ${{ field: 'timeoutMs' }} is ${{ given: valueWords(given) }}.` ``. A sentence may contain other
 * sentences.
 */
export function sentence(
  texts: TemplateStringsArray,
  ...parts: readonly (string | number | Sentence | Partial<ErrorFacts>)[]
): Sentence {
  const said = parts.map(asSentence);
  const text = texts.map((words, index) => `${words}${said[index]?.text ?? ''}`).join('');
  return new Sentence(text, Object.assign({}, ...said.map(({ facts }) => facts)) as Partial<ErrorFacts>);
}

/**
 * Facts with a text that differs from their values, such as `Function 1` for the field `functions[0]`. Without a
 * text, the message does not state the facts.
 */
export function fact(facts: Partial<ErrorFacts>, text = ''): Sentence {
  return new Sentence(text, facts);
}

function asSentence(part: string | number | Sentence | Partial<ErrorFacts>): Sentence {
  if (part instanceof Sentence) return part;
  if (typeof part !== 'object') return new Sentence(String(part), {});
  return new Sentence(Object.values<Fact>(part).map(factText).join(''), part);
}

function factText(value: Fact): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value.join(', ') || 'none';
}
