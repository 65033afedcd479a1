import type { Answer, Rule } from './rules.ts';

type Reply = (match: RegExpExecArray) => Answer;

/** Makes a rule of the agent that has this tool. */
const having =
  (tool: string) =>
  (said: RegExp, reply: Reply): Rule => [
    said,
    (match, offered) => (offered.includes(tool) ? reply(match) : undefined),
  ];
const triage = having('transfer_to_flight_modification');
const modification = having('transfer_to_flight_change');
const change = having('change_flight');
const baggage = having('initiate_baggage_search');

const calling =
  (name: string, args: object = {}): Reply =>
  () => ({ calls: [[name, args]] });
const saying =
  (text: string): Reply =>
  () => ({ text });
const escalating: Reply = ({ input }) => ({
  calls: [['escalate_to_agent', { reason: `The customer says: ${input}` }]],
});

/**
 * For scenarios/examples/airline. The evaluation there tests the rules of triage and flight modification: they match
 * words, not meaning, so that some customer messages mislead them.
 */
export const airlineRules: readonly Rule[] = [
  triage(/somebody call|a person/i, escalating),
  triage(/cancel|flight|plane|ticket/i, calling('transfer_to_flight_modification')),
  triage(/on board/, saying('I can only help with bookings, and with bags that are missing.')),
  triage(/bag|suitcase|pram|the second/i, calling('transfer_to_lost_baggage')),
  triage(/^\{"assistant":"Triage"\}$/, calling('transfer_to_lost_baggage')),
  triage(/thx/, saying('You are welcome.')),
  triage(/./, saying('Is it about your flight, or about a bag?')),
  modification(/cancel/i, calling('transfer_to_flight_cancel')),
  modification(/^\{"assistant":|friday|later/i, calling('transfer_to_flight_change')),
  modification(/sit |^Strand/, escalating),
  modification(/backpack/, calling('transfer_to_triage')),
  modification(/./, saying('Would you like to fly at another time, or not at all?')),
  change(/^\{"assistant":"Flight Change"\}$/, calling('valid_to_change_flight')),
  change(/^\{"valid":true,"fee":(\d+),"flights":\[(.*)\]\}$/, ([, fee, flights]) => ({
    text: `A change costs ${fee} euros. There are seats on ${flights!.replaceAll('","', '; ').replaceAll('"', '')}.`,
  })),
  change(/^(LPW \d+) then/, ([, flight]) => ({ calls: [['change_flight', { flight }]] })),
  change(/^\w+ is on (LPW \d+) now, /, ([, flight]) => ({
    calls: [['case_resolved', { summary: `Moved to ${flight}.` }]],
  })),
  change(/^Noted\.$/, saying('Done. You fly with LPW 226.')),
  change(/suitcase/, calling('transfer_to_triage')),
  baggage(
    /^\{"assistant":"Lost Baggage"\}$/,
    saying('I am sorry that it is missing. What does it look like?'),
  ),
  baggage(/^It is (.*)\.$/, ([, looks]) => ({
    calls: [['initiate_baggage_search', { tag: '550 318', looks }]],
  })),
  baggage(/^The search (\S+) for bag/, ([, search]) => ({
    calls: [['case_resolved', { summary: `Search ${search}.` }]],
  })),
  baggage(
    /^Noted\.$/,
    saying('The search is under way. Its number is S-550318, and the bag is brought to your door.'),
  ),
  baggage(/^Thank you/, saying('Have a good flight!')),
];
