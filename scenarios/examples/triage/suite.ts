/** What the scenarios share. */
import { say, type Step } from 'swarmcheck/testing';
import type { Customer, Rental } from './shop.ts';

/** Of which four months are left. */
export const harp: Rental = { number: 'R-1', instrument: 'harp', months: 6, begun: 2, paid: 570 };
/** Of which none are. */
export const ukulele: Rental = { number: 'R-2', instrument: 'ukulele', months: 12, begun: 12, paid: 108 };

export const ines: Customer = { name: 'Ines', discount: 0, rentals: [harp, ukulele] };

/** The model passes on what a tool told it: so the last message shows what that was. */
export const passOn: Step = ({ messages }) => say(messages.at(-1)?.content as string);
