import { expect, test } from 'vitest';
import { customerCase, type Fare } from './customer-case.ts';
import { creditsFor, freeFlights, whyNoChange, whyNoCredits, whyNoRefund, whyNoSearch } from './policy.ts';

const bookingOf = (fare: Fare, hoursLeft = 50) => customerCase({ fare, hoursLeft }).booking;

test.each([
  ['saver', 'A saver fare cannot be changed.', 'A saver fare is not refunded.', 0],
  ['classic', undefined, 'A classic fare is not refunded.', 180],
  ['flex', undefined, undefined, 198],
] as const)('a %s fare of 180 euros: change, refund and credits', (fare, change, refund, credits) => {
  const booking = bookingOf(fare);
  expect(whyNoChange(booking)).toBe(change);
  expect(whyNoRefund(booking)).toBe(refund);
  expect(creditsFor(booking)).toBe(credits);
  expect(whyNoCredits(booking)).toBe(credits > 0 ? undefined : 'There are no credits for a saver fare.');
});

test.each([
  ['classic', 24],
  ['flex', 2],
] as const)('a %s fare can be changed until %i hours before departure', (fare, hours) => {
  expect(whyNoChange(bookingOf(fare, hours))).toBeUndefined();
  expect(whyNoChange(bookingOf(fare, hours - 1))).toBe(
    `A ${fare} fare can be changed until ${hours} hours before departure, and LPW 118 departs in ${hours - 1}.`,
  );
});

test('a cancelled booking can be neither changed nor cancelled again', () => {
  const booking = { ...bookingOf('flex'), status: 'credited' as const };
  for (const why of [whyNoChange, whyNoRefund, whyNoCredits])
    expect(why(booking)).toBe('BRG44T is credited already.');
});

test('full flights and the booked flight are not offered', () => {
  const olga = customerCase();
  const offered = () => freeFlights(olga).map(({ number }) => number);
  expect(offered()).toEqual(['LPW 226', 'LPW 240']);
  olga.booking.flight = olga.otherFlights[0]!;
  expect(offered()).toEqual(['LPW 240']);
});

test('a bag is searched for once, until the 21st day', () => {
  expect(whyNoSearch({ tag: '550 318', daysMissing: 21 })).toBeUndefined();
  expect(whyNoSearch({ tag: '550 318', daysMissing: 22 })).toMatch('no longer than 21');
  expect(whyNoSearch({ tag: '550 318', daysMissing: 1, search: 'S-1' })).toMatch(
    'S-1 for bag 550 318 is running',
  );
});
