/** What the shop knows and does by itself, without any agent: prices, rentals, refunds. All of it in whole euros. */

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
  /** As it stands on the receipt. */
  number: string;
  instrument: Instrument;
  months: number;
  /** How many of the months have begun. */
  begun: number;
  /** For all months. */
  paid: number;
  /** What was given back, once it was. */
  refunded?: number;
}

/** The context variables of all agents here: what is known of the customer they talk to. */
export interface Customer {
  name: string;
  rentals: Rental[];
  /** In percent, of rentals to come. */
  discount: number;
}

/** What a new rental costs; rounded down, which is in favour of the customer. */
export function priceOf(instrument: Instrument, months: number, discount: number): number {
  return Math.floor((monthlyPrice[instrument] * months * (100 - discount)) / 100);
}

/** What a rental is refunded with: the months that have not begun. Nothing, where that was done. */
export function refundOf({ paid, months, begun, refunded }: Rental): number {
  return refunded === undefined ? Math.floor((paid * (months - begun)) / months) : 0;
}

/** Throws what a model can act on. */
export function rentalOf({ rentals }: Customer, number: string): Rental {
  const rental = rentals.find((one) => one.number === number);
  if (rental) return rental;
  const numbers = rentals.map((one) => one.number).join(', ');
  throw new Error(`There is no rental ${number}. This customer has: ${numbers || 'none'}.`);
}
