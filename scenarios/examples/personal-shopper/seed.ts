/** The initial content of a shop. Money is in whole cents, dates are written as 2026-11-27. */
export interface Seed {
  /** The current date of the shop, which reads no clock. */
  today: string;
  users: readonly { id: number; name: string; email: string; phone: string }[];
  products: readonly { id: number; name: string; price_cents: number; stock: number }[];
  orders: readonly {
    id: number;
    user_id: number;
    ordered_on: string;
    lines: readonly { product_id: number; quantity: number; price_cents: number }[];
  }[];
}

/**
 * Two customers, five products, and four orders: one of last week, the oldest that can be refunded, one that is a day
 * too old, and one of Milan.
 */
export const seed: Seed = {
  today: '2026-11-27',
  users: [
    { id: 1, name: 'Nora Lind', email: 'nora@customers.example', phone: '+46 70 555 4417' },
    { id: 2, name: 'Milan Hrast', email: 'milan@customers.example', phone: '+386 40 555 902' },
  ],
  products: [
    { id: 11, name: 'Wool scarf', price_cents: 3950, stock: 6 },
    { id: 12, name: 'Rain coat', price_cents: 12900, stock: 2 },
    { id: 13, name: 'Felt hat', price_cents: 4500, stock: 0 },
    { id: 14, name: 'Knitted hat', price_cents: 2250, stock: 3 },
    { id: 15, name: 'Walking boots', price_cents: 15900, stock: 1 },
  ],
  orders: [
    {
      id: 1001,
      user_id: 1,
      ordered_on: '2026-11-20',
      lines: [
        { product_id: 11, quantity: 1, price_cents: 3950 },
        { product_id: 14, quantity: 2, price_cents: 1999 },
      ],
    },
    {
      id: 1002,
      user_id: 1,
      ordered_on: '2026-10-28',
      lines: [{ product_id: 12, quantity: 1, price_cents: 12900 }],
    },
    {
      id: 1003,
      user_id: 1,
      ordered_on: '2026-10-27',
      lines: [{ product_id: 13, quantity: 1, price_cents: 4500 }],
    },
    {
      id: 1004,
      user_id: 2,
      ordered_on: '2026-11-25',
      lines: [{ product_id: 15, quantity: 1, price_cents: 15900 }],
    },
  ],
};
