import type { Answer, Rule } from './rules.ts';

/** Makes a rule of the agent that has this tool. */
const having = (tool: string, said: RegExp, answer: (match: RegExpExecArray) => Answer): Rule => [
  said,
  (match, offered) => (offered.includes(tool) ? answer(match) : undefined),
];
const triage = (said: RegExp, answer: (match: RegExpExecArray) => Answer) =>
  having('transfer_to_sales', said, answer);
const sales = (said: RegExp, answer: (match: RegExpExecArray) => Answer) =>
  having('rent_instrument', said, answer);
const refunds = (said: RegExp, answer: (match: RegExpExecArray) => Answer) =>
  having('refund_rental', said, answer);

const toSales = (): Answer => ({ calls: [['transfer_to_sales', {}]] });
const toRefunds = (): Answer => ({ calls: [['transfer_to_refunds', {}]] });

/**
 * For scenarios/examples/triage. The evaluation there tests the rules of the triage agent: they match words, not
 * meaning, so that some customer messages mislead them.
 */
export const triageRules: readonly Rule[] = [
  triage(/give .*back|money back|refund|too expensive|charged|broken/i, toRefunds),
  triage(/rent|cello|clarinet|harp|ukulele|smaller|euros/i, toSales),
  triage(/^Good morning/, () => ({ text: 'Good morning. What can I do for you?' })),
  triage(/./, () => ({ text: 'Is it about a new rental, or about one that you have?' })),
  sales(/^\{"assistant":"Sales"\}$/, () => ({ calls: [['list_instruments', { underEuros: 40 }]] })),
  sales(/^\{"clarinet":18/, () => ({ text: 'A clarinet or a ukulele. Which of them, and for how long?' })),
  sales(/^The (\w+), for five months\.$/, ([, instrument]) => ({
    calls: [['quote', { instrument, months: 5 }]],
  })),
  sales(/"euros":(\d+)\}$/, ([, euros]) => ({ text: `That is ${euros} euros with your discount. Shall I?` })),
  sales(/^Yes\. And/, () => ({ calls: [['rent_instrument', { instrument: 'clarinet', months: 5 }]] })),
  sales(/^\{"number":"R-3"/, () => ({ calls: [['back_to_triage', { wish: 'to give R-1 back' }]] })),
  refunds(/^\{"assistant":"Refunds"\}$/, () => ({ calls: [['look_up_rental', { number: 'R-1' }]] })),
  refunds(/"refundable":(\d+),"discount":0\}$/, ([, euros]) => ({
    text: `You would get ${euros} euros back. Or 15 % off, if you take something smaller?`,
  })),
  refunds(/"refundable":\d+,"discount":15\}$/, () => ({ calls: [['refund_rental', { number: 'R-1' }]] })),
  refunds(/^Something smaller/, () => ({ calls: [['grant_discount', { percent: 15 }]] })),
  refunds(/^15 % off/, () => ({ calls: [['back_to_triage', { wish: 'a smaller instrument' }]] })),
  refunds(/^R-1 is refunded with (\d+)/, ([, euros]) => ({
    text: `The clarinet is yours, and you get ${euros} euros back for the harp.`,
  })),
  // Used only by the evaluation.
  refunds(/get for (R-\d+)\?$/, ([, number]) => ({ calls: [['look_up_rental', { number }]] })),
  refunds(/(\d+) % is fine/, ([, percent]) => ({
    calls: [['grant_discount', { percent: Number(percent) }]],
  })),
  refunds(/the money for (R-\d+)/, ([, number]) => ({ calls: [['refund_rental', { number }]] })),
  refunds(/rent/, () => ({ calls: [['back_to_triage', { wish: 'to rent an instrument' }]] })),
];
