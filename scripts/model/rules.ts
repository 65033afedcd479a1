/** What a model on loopback answers. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly [name: string, args: object][];
}

/**
 * What is answered to what was said last, if that is how it reads: the user's text, or the result of a tool. The tools that are
 * offered tell which agent it is. Undefined leaves it to the next rule.
 */
export type Rule = readonly [
  said: RegExp,
  answer: (match: RegExpExecArray, offered: readonly string[]) => Answer | undefined,
];

/** What the first rule that fits answers; where none does, what was said comes back. */
export function answerBy(rules: readonly Rule[], said: string, offered: readonly string[]): Answer {
  for (const [form, answer] of rules) {
    const match = form.exec(said);
    const answered = match && answer(match, offered);
    if (answered) return answered;
  }
  return { text: said };
}
