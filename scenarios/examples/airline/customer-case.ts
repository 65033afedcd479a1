/** What the desk knows about the customer: the context variables of all agents here. Money is in whole euros. */

export type Fare = 'saver' | 'classic' | 'flex';

export interface Flight {
  number: string;
  route: string;
  /** In words, for the customer. */
  departs: string;
  /** Until departure, from the beginning of the conversation: the example reads no clock. */
  hoursLeft: number;
  seats: number;
}

export interface Booking {
  code: string;
  fare: Fare;
  paid: number;
  flight: Flight;
  status: 'booked' | 'refunded' | 'credited';
}

export interface Bag {
  tag: string;
  /** Since the bag should have arrived. */
  daysMissing: number;
  /** The number of the search, after it has begun. */
  search?: string;
}

export interface CustomerCase {
  name: string;
  booking: Booking;
  /** On the same route, for a customer who wants to change. */
  otherFlights: Flight[];
  bags: Bag[];
  /** For future flights. */
  credits: number;
  /** One line for each settled request. */
  resolved: string[];
  /** Why a person has to take over, if an agent asked for one. */
  escalation?: string;
}

/** A new case: Olga flies on Thursday, and her suitcase is missing. The arguments are what differs. */
export function customerCase({
  fare = 'classic',
  hoursLeft = 50,
  daysMissing = 3,
}: { fare?: Fare; hoursLeft?: number; daysMissing?: number } = {}): CustomerCase {
  const route = 'Bergen to Porto';
  return {
    name: 'Olga Strand',
    booking: {
      code: 'BRG44T',
      fare,
      paid: 180,
      flight: { number: 'LPW 118', route, departs: 'Thursday at 6:05', hoursLeft, seats: 0 },
      status: 'booked',
    },
    otherFlights: [
      { number: 'LPW 226', route, departs: 'Thursday at 13:40', hoursLeft: hoursLeft + 8, seats: 4 },
      { number: 'LPW 232', route, departs: 'Friday at 9:15', hoursLeft: hoursLeft + 27, seats: 0 },
      { number: 'LPW 240', route, departs: 'Friday at 17:50', hoursLeft: hoursLeft + 36, seats: 11 },
    ],
    bags: [{ tag: '550 318', daysMissing }],
    credits: 0,
    resolved: [],
  };
}
