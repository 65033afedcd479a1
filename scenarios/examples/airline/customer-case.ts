/** What the desk knows of the customer it talks to: the context variables of all agents here. Money is in whole euros. */

export type Fare = 'saver' | 'classic' | 'flex';

export interface Flight {
  number: string;
  route: string;
  /** In words, for the customer. */
  departs: string;
  /** Until it departs, when the conversation begins: nothing here asks a clock. */
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
  /** Since it should have arrived. */
  daysMissing: number;
  /** The number of the search, once there is one. */
  search?: string;
}

export interface CustomerCase {
  name: string;
  booking: Booking;
  /** On the same route, for somebody who wants to change. */
  otherFlights: Flight[];
  bags: Bag[];
  /** To be spent on flights to come. */
  credits: number;
  /** What was settled, a line for each. */
  resolved: string[];
  /** Why a person has to go on, once somebody has said so. */
  escalation?: string;
}

/** A fresh case: Olga, who flies on Thursday and whose suitcase is missing. Says only what is different. */
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
