import type { Rule } from './rules.ts';

/** For scenarios/recorded, scenarios/clients and the documentation. */
export const recordedRules: readonly Rule[] = [
  [
    /^(?:Refund|My money back for) (\S+), please\.$/,
    (_match, offered) =>
      offered.includes('transfer_to_refunds') ? { calls: [['transfer_to_refunds', {}]] } : undefined,
  ],
  [/^\{"assistant":"Refunds"\}$/, () => ({ calls: [['issue_refund', { orderId: 'A-17' }]] })],
  [/^refunded (\S+) in full$/, ([, order]) => ({ text: `${order} is refunded in full.` })],
  [
    /^Do you have (\w+) and (\w+)\?$/,
    ([, one, other]) => ({
      calls: [
        ['find_book', { title: one }],
        ['find_book', { title: other }],
      ],
    }),
  ],
  [
    /^Error: .*we do not have "(\w+)"$/,
    ([, title]) => ({ text: `Emma is on shelf A 3.\n${title} we do not have.` }),
  ],
  [/^(\w+), then\.$/, ([, title]) => ({ calls: [['lend_book', { title }]] })],
  [/^(\w+) is lent$/, ([, title]) => ({ text: `${title} is yours for four weeks.` })],
  [
    /^How do bees find their way\?$/,
    (_match, offered) =>
      offered.includes('find_sources') ? { calls: [['find_sources', {}]] } : { text: 'Bees dance.' },
  ],
  [/^Where is (\w+)\?$/, ([, title]) => ({ calls: [['find_book', { title }]] })],
  [/^A 3$/, () => ({ text: 'It is on shelf A 3.' })],
  [/^Summarize the order (\S+)\.$/, ([, order]) => ({ text: `The order ${order} has two books.` })],
  [/^two papers$/, () => ({ text: 'Two papers say so.' })],
  [/money back for (\S+)\.$/, ([, orderId]) => ({ calls: [['look_up', { orderId }]] })],
  [/^\{"orderId":"\S+","paid":true\}$/, () => ({ calls: [['transfer_to_refunds', {}]] })],
  [/^\{"assistant":"refunds"\}$/, () => ({ calls: [['issue_refund', { orderId: 'A-17' }]] })],
  [/^refunded (\S+)$/, ([, order]) => ({ text: `Done: ${order} is refunded.` })],
];
