import type { Rule } from './rules.ts';

/** For scenarios/examples/personal-shopper. */
export const shopperRules: readonly Rule[] = [
  [
    /^I am customer (\d+), and my phone ends in (\d{4})\.$/,
    ([, number, phone_ends]) => ({ calls: [['sign_in', { user_id: Number(number), phone_ends }]] }),
  ],
  [
    /^(.+) is signed in as customer \d+\.$/,
    ([, name]) => ({ text: `Good morning, ${name}. What can I do for you?` }),
  ],
  [/^Please take order 1001 back\./, () => ({ calls: [['transfer_to_refunds', {}]] })],
  [
    /^\{"assistant":"Refunds"\}$/,
    (_match, offered) =>
      offered.includes('refund_item')
        ? { calls: [['refund_item', { user_id: 1, order_id: 1001, reason: 'The scarf scratches.' }]] }
        : undefined,
  ],
  [
    /^\{"order_id":(\d+),"refunded_cents":(\d+)\}$/,
    ([, order, cents]) => ({ text: `Order ${order} is refunded: ${(Number(cents) / 100).toFixed(2)}.` }),
  ],
  [
    /^Take order (\d+) back once more, please\.$/,
    ([, order]) => ({
      calls: [['refund_item', { user_id: 1, order_id: Number(order), reason: 'once more' }]],
    }),
  ],
  [/refund_item failed: (order \d+ was refunded on .*)$/, ([, why]) => ({ text: `I cannot: ${why}` })],
  [/^Now I would like a warm hat/, () => ({ calls: [['back_to_triage', {}]] })],
  [
    /^\{"assistant":"Triage"\}$/,
    (_match, offered) => (offered.includes('sign_in') ? { calls: [['transfer_to_sales', {}]] } : undefined),
  ],
  [
    /^\{"assistant":"Sales"\}$/,
    (_match, offered) =>
      offered.includes('order_item')
        ? { calls: [['search_products', { query: 'hat', max_price_cents: 3000 }]] }
        : undefined,
  ],
  [
    /^\[\{"product_id":(\d+),"name":"Knitted hat"/,
    ([, product]) => ({ calls: [['order_item', { user_id: 1, product_id: Number(product), quantity: 1 }]] }),
  ],
  [
    /^\{"order_id":\d+,"name":"Knitted hat"/,
    () => ({ calls: [['notify_customer', { user_id: 1, method: 'phone' }]] }),
  ],
  [
    /^Customer 1 is told by phone\.$/,
    () => ({ text: 'A knitted hat is ordered, and you are told by phone.' }),
  ],
];
