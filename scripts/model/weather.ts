import type { Answer, Rule } from './rules.ts';

/** Makes a rule of the agent that can look up the weather and send mails. */
const weather = (said: RegExp, answer: (match: RegExpExecArray) => Answer): Rule => [
  said,
  (match, offered) =>
    offered.includes('get_weather') && offered.includes('send_email') ? answer(match) : undefined,
];

const place = 'Oban|Whitby|Lerwick';
const mailTo = (recipient: string, subject: string, body: string): [string, object] => [
  'send_email',
  { recipient, subject, body },
];

/** The time that the text asks for, if any. */
function timeIn(text: string): { time?: string } {
  const [time] = /tonight|tomorrow/.exec(text) ?? [];
  return time === undefined ? {} : { time };
}

/**
 * For scenarios/examples/weather. The rules match places and addresses, not meaning, so that some messages mislead
 * them.
 */
export const weatherRules: readonly Rule[] = [
  weather(/^Mail the weather/, () => ({ text: 'Of which place?' })),
  weather(/^Of Oban\.$/, () => ({ calls: [['get_weather', { location: 'Oban', time: 'tonight' }]] })),
  weather(/"time":"tonight","sky":"(\w+)","celsius":(\d+)/, ([, sky, celsius]) => ({
    calls: [mailTo('bo@example.org', 'Oban tonight', `${sky}, ${celsius} degrees`)],
  })),
  weather(/^The mail to .* is on its way\.$/, () => ({ text: 'Bo has it.' })),
  // Used only by the evaluation.
  weather(new RegExp(`in (${place})\\? .*to (\\S+@\\S+) that (.*)\\.$`), ([, location, recipient, body]) => ({
    calls: [['get_weather', { location }], mailTo(recipient!, 'Today', body!)],
  })),
  weather(/to (\S+@\S+) that (.*)\.$/, ([, recipient, body]) => ({
    calls: [mailTo(recipient!, 'Today', body!)],
  })),
  weather(/ (\S+@\w+\.\w+)/, ([, recipient]) => ({ calls: [mailTo(recipient!, 'The weather', 'Sun.')] })),
  weather(new RegExp(`in (${place}) or in (${place})\\?`), ([, one, other]) => ({
    calls: [
      ['get_weather', { location: one }],
      ['get_weather', { location: other }],
    ],
  })),
  weather(new RegExp(`No weather station in .*in (${place})`), ([, location]) => ({
    calls: [['get_weather', { location }]],
  })),
  weather(new RegExp(`(${place}|Kerrera)`), ({ input, 1: location }) => ({
    calls: [['get_weather', { location, ...timeIn(input) }]],
  })),
];
