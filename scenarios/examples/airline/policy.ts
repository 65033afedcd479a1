import type { Bag, Booking, CustomerCase, Fare, Flight } from './customer-case.ts';

/** What a fare allows. The routines of the agents state the same numbers in words, and the tools enforce them. */
interface FareRules {
  /** The deadline before departure; Infinity if the booking can never be changed. */
  readonly changeUntilHours: number;
  readonly changeFee: number;
  readonly isRefundable: boolean;
  /** Of the price paid; 0 means without credits. */
  readonly creditsPercent: number;
}

export const fareRules: Readonly<Record<Fare, FareRules>> = {
  saver: { changeUntilHours: Infinity, changeFee: 0, isRefundable: false, creditsPercent: 0 },
  classic: { changeUntilHours: 24, changeFee: 45, isRefundable: false, creditsPercent: 100 },
  flex: { changeUntilHours: 2, changeFee: 0, isRefundable: true, creditsPercent: 110 },
};

/** Bags that are missing for longer are not searched for. A person compensates the customer. */
export const searchedForDays = 21;

/** Why a booking cannot be changed; undefined if it can. */
export function whyNoChange(booking: Booking): string | undefined {
  const { fare, flight, status } = booking;
  const { changeUntilHours } = fareRules[fare];
  if (status !== 'booked') return closed(booking);
  if (changeUntilHours === Infinity) return `A ${fare} fare cannot be changed.`;
  if (flight.hoursLeft >= changeUntilHours) return undefined;
  return `A ${fare} fare can be changed until ${changeUntilHours} hours before departure, and ${flight.number} departs in ${flight.hoursLeft}.`;
}

export function whyNoRefund(booking: Booking): string | undefined {
  const { fare, status } = booking;
  if (status !== 'booked') return closed(booking);
  return fareRules[fare].isRefundable ? undefined : `A ${fare} fare is not refunded.`;
}

export function whyNoCredits(booking: Booking): string | undefined {
  const { fare, status } = booking;
  if (status !== 'booked') return closed(booking);
  return fareRules[fare].creditsPercent > 0 ? undefined : `There are no credits for a ${fare} fare.`;
}

function closed({ code, status }: Booking): string {
  return `${code} is ${status} already.`;
}

/** The credits for a cancelled booking, rounded down. */
export function creditsFor({ fare, paid }: Booking): number {
  return Math.floor((paid * fareRules[fare].creditsPercent) / 100);
}

/** The other flights with free seats. */
export function freeFlights({ booking, otherFlights }: CustomerCase): Flight[] {
  return otherFlights.filter(({ number, seats }) => seats > 0 && number !== booking.flight.number);
}

export function whyNoSearch({ tag, daysMissing, search }: Bag): string | undefined {
  if (search !== undefined) return `The search ${search} for bag ${tag} is running already.`;
  if (daysMissing > searchedForDays)
    return `Bag ${tag} is missing for ${daysMissing} days, and is searched for no longer than ${searchedForDays}.`;
  return undefined;
}
