import type { Message } from 'swarmcheck';
import type { EvaluationCase } from 'swarmcheck/testing';
import { ines } from './suite.ts';

const said = (content: string): Message => ({ role: 'user', content });
const answered = (content: string): Message => ({ role: 'assistant', content });
/** The messages of a tool call and its result. */
const called = (name: string, args: object, content: string): Message[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(args) } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content },
];
const ofInes = (cases: EvaluationCase[]) => cases.map((one) => ({ contextVariables: ines, ...one }));

/** What customers say, and the transfer that the triage agent should make. */
export const triageCases = ofInes([
  { input: 'I want to rent a cello.', expected: 'transfer_to_sales' },
  { input: 'How much is a harp for a year?', expected: 'transfer_to_sales' },
  { input: 'Do you have anything for less than 20 euros a month?', expected: 'transfer_to_sales' },
  { input: 'My daughter has outgrown her ukulele. We need the next one.', expected: 'transfer_to_sales' },
  { input: 'I would like to give R-1 back.', expected: 'transfer_to_refunds' },
  { input: 'The harp is too expensive for me.', expected: 'transfer_to_refunds' },
  { input: 'You have charged me twice.', expected: 'transfer_to_refunds' },
  { input: 'The clarinet came broken, and I want my money back.', expected: 'transfer_to_refunds' },
  { input: 'Good morning!', expected: null },
  { input: 'When are you open?', expected: null },
  // Contains the word refund, which misleads a model that only matches words.
  {
    input: 'I never want a refund, I love my harp! Do you let out cellos, too?',
    expected: 'transfer_to_sales',
  },
  {
    name: 'a wish, after a greeting',
    input: [
      said('Hello!'),
      answered('Hello, Ines. What can I do for you?'),
      said('A ukulele for the summer.'),
    ],
    expected: 'transfer_to_sales',
  },
  {
    name: 'a mind that was changed',
    input: [
      said('I think I would like my money back.'),
      answered('Are you sure? We also have smaller instruments.'),
      said('Then I would rather have something smaller.'),
    ],
    expected: 'transfer_to_sales',
  },
  {
    name: 'what refunds hand back is not sent to them again',
    input: [
      said('I keep the harp. I want a clarinet as well.'),
      ...called('back_to_triage', { wish: 'a clarinet' }, 'The customer wants: a clarinet'),
    ],
    expected: 'transfer_to_sales',
  },
  {
    name: 'what sales hand back is not sent to them again',
    input: [
      said('A cello for five months. And R-1 goes back.'),
      ...called('back_to_triage', { wish: 'to give R-1 back' }, 'The customer wants: to give R-1 back'),
    ],
    expected: 'transfer_to_refunds',
  },
]);

const lookedUp = [
  said('R-1 is too expensive for me.'),
  ...called(
    'look_up_rental',
    { number: 'R-1' },
    '{"number":"R-1","instrument":"harp","months":6,"begun":2,"paid":570,"refundable":380,"discount":0}',
  ),
  answered('You would get 380 euros back. Or 10 % off, if you take something smaller?'),
];

/** The same for the refunds agent, whose tools take arguments. */
export const refundsCases = ofInes([
  { input: 'What would I get for R-1?', expected: { tool: 'look_up_rental', args: { number: 'R-1' } } },
  {
    name: 'a discount that is accepted',
    input: [...lookedUp, said('10 % is fine.')],
    expected: { tool: 'grant_discount', args: { percent: 10 } },
  },
  {
    name: 'a discount that is declined',
    input: [...lookedUp, said('No, I want the money for R-1.')],
    expected: { tool: 'refund_rental', argsContain: { number: 'R-1' } },
  },
  {
    name: 'a refund that is demanded is looked up first',
    input: 'Take R-2 back at once!',
    contextVariables: { ...ines, discount: 10 },
    expected: { tool: 'look_up_rental', args: { number: 'R-2' } },
  },
  { input: 'I want to rent a cello as well.', expected: 'back_to_triage' },
  { name: 'thanks', input: [...lookedUp, said('Let me think about it, thank you.')], expected: null },
]);
