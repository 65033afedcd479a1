import type { Message } from 'swarmcheck';
import type { EvaluationCase } from 'swarmcheck/testing';
import { customerCase } from './customer-case.ts';

const said = (content: string): Message => ({ role: 'user', content });
const answered = (content: string): Message => ({ role: 'assistant', content });
/** The messages of a handoff, as the next agent sees them. */
const handedOver = (tool: string, assistant: string): Message[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: `call_${tool}`, type: 'function', function: { name: tool, arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: `call_${tool}`, content: JSON.stringify({ assistant }) },
];

/** Adds the same customer to every case. */
function cases(all: readonly EvaluationCase[]): EvaluationCase[] {
  return all.map((one) => ({ contextVariables: customerCase(), ...one }));
}

/** Whom triage is to hand a customer to; null where it has to ask, or to answer, first. */
export const triageCases = cases([
  { input: 'My bag did not arrive.', expected: 'transfer_to_lost_baggage' },
  { input: 'we landed two days ago and the pram is STILL missing!!', expected: 'transfer_to_lost_baggage' },
  { input: 'i need to cancel asap, my mum is in hospital', expected: 'transfer_to_flight_modification' },
  { input: 'Any chance of getting on an earlier plane tmrw?', expected: 'transfer_to_flight_modification' },
  { input: 'The name on my ticket is misspelt.', expected: 'transfer_to_flight_modification' },
  { input: 'Could somebody call me, please? I am tired of typing.', expected: 'escalate_to_agent' },
  { input: 'Are you a robot? GET ME A PERSON', expected: 'escalate_to_agent' },
  { input: 'hi', expected: null },
  { input: 'Nothing works with you lot.', expected: null },
  // No bag is missing, and the routine says nothing about this.
  { input: 'Can I take two bags on board?', expected: null },
  // For the flight or for the bag: asking is right too.
  { input: 'I want my money back.', expected: { oneOf: [null, 'transfer_to_flight_modification'] } },
  // Both: what the customer wants counts, not the complaint.
  {
    name: 'a bag is the reason, and the flight the wish',
    input: 'You lost my suitcase, so I am not coming on Thursday. Cancel it.',
    expected: 'transfer_to_flight_modification',
  },
  {
    name: 'a flight is the reason, and the bag the wish',
    input: 'After you had cancelled my flight on Monday my skis went astray. I need them by Saturday.',
    expected: 'transfer_to_lost_baggage',
  },
  {
    name: 'a question is answered with a word',
    input: [said('It is about Monday.'), answered('About your flight, or about a bag?'), said('the second')],
    expected: 'transfer_to_lost_baggage',
  },
  {
    name: 'handed back with another wish',
    input: [
      said('Put me on a later flight.'),
      ...handedOver('transfer_to_flight_modification', 'Flight Modification'),
      answered('LPW 226 has seats. Shall I?'),
      said('Never mind. Where is my suitcase?'),
      ...handedOver('transfer_to_triage', 'Triage'),
    ],
    expected: 'transfer_to_lost_baggage',
  },
  {
    name: 'thanks at the end',
    input: [said('Is LPW 118 on time?'), answered('I can only help with bookings and bags.'), said('ok thx')],
    expected: null,
  },
]);

/** What should happen to a booking. */
export const flightModificationCases = cases([
  { input: 'I would rather fly on Friday.', expected: 'transfer_to_flight_change' },
  { input: 'cant make it, pls cancel', expected: 'transfer_to_flight_cancel' },
  { input: 'I do not know yet whether I can go.', expected: null },
  { input: 'I would like to sit next to my sister.', expected: 'escalate_to_agent' },
  // Groups are handled by people, whatever they want.
  { input: 'We are eleven and all want to go a day later.', expected: 'escalate_to_agent' },
  { input: 'and my backpack has not turned up either', expected: 'transfer_to_triage' },
  {
    name: 'handed over with a reason',
    input: [
      said('My father is ill, I have to be home before Thursday.'),
      ...handedOver('transfer_to_flight_modification', 'Flight Modification'),
    ],
    expected: 'transfer_to_flight_change',
  },
  {
    name: 'a change of mind',
    input: [
      said('Cancel it.'),
      answered('Would you like to fly at another time, or not at all?'),
      said('Oh, a later one would do.'),
    ],
    expected: 'transfer_to_flight_change',
  },
  {
    name: 'a name is corrected by a person',
    input: [
      said('There is a wrong name on my ticket.'),
      answered('What should it say?'),
      said('Strand, with a d.'),
    ],
    expected: 'escalate_to_agent',
  },
]);
