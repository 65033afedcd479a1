/** An answer of the model on loopback. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly [name: string, args: object][];
}

/**
 * Answers the last message if it matches the expression: the text of the user, or the result of a tool. The offered
 * tools tell which agent asks. If the function returns undefined, the next rule is tried.
 */
export type Rule = readonly [
  said: RegExp,
  answer: (match: RegExpExecArray, offered: readonly string[]) => Answer | undefined,
];

/** The answer of the first rule that matches, or else the message itself. */
export function answerBy(rules: readonly Rule[], said: string, offered: readonly string[]): Answer {
  for (const [form, answer] of rules) {
    const match = form.exec(said);
    const answered = match && answer(match, offered);
    if (answered) return answered;
  }
  return { text: said };
}
