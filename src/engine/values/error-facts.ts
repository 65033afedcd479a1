/**
 * What errors say for programs: one name for each fact, with one meaning in every error class that has it. Plain data: no
 * error holds a function, a request or a secret. A class declares those that its errors may have, and takes over their comments
 * by "implements".
 */
export interface ErrorFacts {
  /** Who was used wrongly, in the words of the message: `An Agent`, `runScenario`. */
  readonly where: string;
  /** The field, option or argument that is wrong, as the caller wrote it. An item of a list has its place: `messages[2]`. */
  readonly field: string;
  /** The value that was given, with its kind: `the number 17`. */
  readonly given: string;
  /** What a right value is. */
  readonly expected: string;
  /** The names that can stand there. */
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
  /** The place of the step in its script; the first is 1. */
  readonly step: number;
  /** The place of the call in its step; the first is 1. */
  readonly call: number;
  /** Which of the known causes it is, as one word. */
  readonly problem: string;
  /** The time limit, in milliseconds. */
  readonly timeoutMs: number;
}

type Fact = ErrorFacts[keyof ErrorFacts];

/** A text, and the facts that it states. */
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
 * `` sentence`The ${{ field: 'timeoutMs' }} is ${{ given: valueWords(given) }}.` ``. A sentence may be a part of another one.
 */
export function sentence(
  texts: TemplateStringsArray,
  ...parts: readonly (string | number | Sentence | Partial<ErrorFacts>)[]
): Sentence {
  const said = parts.map(asSentence);
  const text = texts.map((words, index) => `${words}${said[index]?.text ?? ''}`).join('');
  return new Sentence(text, Object.assign({}, ...said.map(({ facts }) => facts)) as Partial<ErrorFacts>);
}

/** A fact that the text writes in another way than it is: as `Function 1`, or not at all. */
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
