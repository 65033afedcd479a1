/** What the shop knows and does without an agent: prices, rentals, refunds. All amounts are in whole euros. */

export const instruments = ['cello', 'clarinet', 'harp', 'ukulele'] as const;
export type Instrument = (typeof instruments)[number];

/** For one month. */
export const monthlyPrice: Readonly<Record<Instrument, number>> = {
  cello: 40,
  clarinet: 18,
  harp: 95,
  ukulele: 9,
};

export interface Rental {
  /** The number on the receipt. */
  number: string;
  instrument: Instrument;
  months: number;
  /** The number of months that have begun. */
  begun: number;
  /** For all months. */
  paid: number;
  /** The refunded amount, after a refund. */
  refunded?: number;
}

/** The context variables of all agents here: facts about the customer. */
export interface Customer {
  name: string;
  rentals: Rental[];
  /** In percent, for future rentals. */
  discount: number;
}

/** The price of a new rental, rounded down in favor of the customer. */
export function priceOf(instrument: Instrument, months: number, discount: number): number {
  return Math.floor((monthlyPrice[instrument] * months * (100 - discount)) / 100);
}

/** The refund for a rental: the months that have not begun, or 0 if it is already refunded. */
export function refundOf({ paid, months, begun, refunded }: Rental): number {
  return refunded === undefined ? Math.floor((paid * (months - begun)) / months) : 0;
}

/** Throws an error that tells a model what to do. */
export function rentalOf({ rentals }: Customer, number: string): Rental {
  const rental = rentals.find((one) => one.number === number);
  if (rental) return rental;
  const numbers = rentals.map((one) => one.number).join(', ');
  throw new Error(`There is no rental ${number}. This customer has: ${numbers || 'none'}.`);
}
