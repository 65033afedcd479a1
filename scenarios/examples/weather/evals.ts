import type { Message } from 'swarmcheck';
import type { EvaluationCase } from 'swarmcheck/testing';

const said = (content: string): Message => ({ role: 'user', content });
const answered = (content: string): Message => ({ role: 'assistant', content });
/** The messages of a weather lookup and its result. */
const lookedUp = (location: string, content: string): Message[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      {
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: JSON.stringify({ location }) },
      },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', content },
];
const weatherIn = (location: string) => ({ tool: 'get_weather', argsContain: { location } });
const mailTo = (recipient: string) => ({ tool: 'send_email', argsContain: { recipient } });

/**
 * What people say, and the calls that the model should make. A case takes its name from its input unless the input
 * contains an address: names are recorded unchanged, but addresses are redacted.
 */
export const cases: EvaluationCase[] = [
  { input: 'Will it rain in Oban?', expected: weatherIn('Oban') },
  {
    input: 'Do I need a coat in Lerwick tonight?',
    expected: { tool: 'get_weather', args: { location: 'Lerwick', time: 'tonight' } },
  },
  {
    input: 'Is it warmer in Whitby or in Lerwick?',
    expected: [weatherIn('Whitby'), weatherIn('Lerwick')],
  },
  {
    name: 'a mail',
    input: 'Write to bo@example.org that I am late.',
    expected: mailTo('bo@example.org'),
  },
  {
    name: 'the weather and a mail',
    input: 'What is it like in Lerwick? And write to bo@example.org that I stay at home.',
    expected: [weatherIn('Lerwick'), mailTo('bo@example.org')],
  },
  { input: 'How are you?', expected: null },
  { input: 'What can you do?', expected: null },
  // Not a question: a model that only matches places looks up the weather.
  { input: 'I spent a lovely week in Whitby once.', expected: null },
  { input: 'Will it rain?', expected: null },
  {
    name: 'a place, when it is asked for',
    input: [said('Will it rain tomorrow?'), answered('Where?'), said('In Oban.')],
    expected: weatherIn('Oban'),
  },
  {
    name: 'the same at another place',
    input: [
      said('How is Oban now?'),
      ...lookedUp('Oban', '{"location":"Oban","time":"now","sky":"rain","celsius":9}'),
      answered('It rains, at 9 degrees.'),
      said('And what about Whitby?'),
    ],
    expected: weatherIn('Whitby'),
  },
  {
    name: 'weather that is known already is not looked up again for a mail',
    input: [
      said('How is Whitby now?'),
      ...lookedUp('Whitby', '{"location":"Whitby","time":"now","sky":"sun","celsius":14}'),
      answered('Sunny, at 14 degrees.'),
      said('Let mo@example.org know.'),
    ],
    expected: mailTo('mo@example.org'),
  },
  {
    name: 'a place without a station is given up for one that has one',
    input: [
      said('Is it sunny on Kerrera?'),
      ...lookedUp(
        'Kerrera',
        'Error: Tool get_weather failed: No weather station in "Kerrera". There is one in Oban, Whitby, Lerwick.',
      ),
    ],
    // Oban is just across the water; to say so and ask is right too.
    expected: { oneOf: [weatherIn('Oban'), null] },
  },
  {
    name: 'thanks',
    input: [said('Write to bo@example.org that I am late.'), answered('I have.'), said('Thank you!')],
    expected: null,
  },
];
