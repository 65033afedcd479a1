import type { Rule } from './rules.ts';

const answers = (answer: boolean, reason: string) => () => ({ text: JSON.stringify({ reason, answer }) });

/** For scenarios/recorded/judged.test.ts. The rules match words of the conversation, not meaning. */
export const judgeRules: readonly Rule[] = [
  [
    /^Question: .*refund[^]*assistant: .*refunded/,
    answers(true, 'The assistant says that A-17 is refunded.'),
  ],
  [/^Question: .*refund/, answers(false, 'The assistant says nothing about a refund.')],
];
