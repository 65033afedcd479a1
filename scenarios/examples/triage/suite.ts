/** Data and steps that the scenarios share. */
import { say, type Step } from 'swarmcheck/testing';
import type { Customer, Rental } from './shop.ts';

/** Four months are left. */
export const harp: Rental = { number: 'R-1', instrument: 'harp', months: 6, begun: 2, paid: 570 };
/** No months are left. */
export const ukulele: Rental = { number: 'R-2', instrument: 'ukulele', months: 12, begun: 12, paid: 108 };

export const ines: Customer = { name: 'Ines', discount: 0, rentals: [harp, ukulele] };

/** The model repeats the last tool result, so that the final message shows it. */
export const passOn: Step = ({ messages }) => say(messages.at(-1)?.content as string);
