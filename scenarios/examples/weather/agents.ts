import { Agent, tool, type ToolContext } from 'swarmcheck';
import { times, weatherIn, type Time } from './forecast.ts';

interface Mail {
  recipient: string;
  subject: string;
  body: string;
}

/**
 * The context variables. The app sends the mails in the outbox after the run completes, so that a failed run sends
 * nothing.
 */
export interface Outbox {
  outbox?: Mail[];
}

const getWeather = tool({
  name: 'get_weather',
  description: 'What the weather is like in a place, now or later.',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string' }, time: { enum: times, default: 'now' } },
    required: ['location'],
  },
  execute({ location, time = 'now' }: { location: string; time?: Time }) {
    return { location, time, ...weatherIn(location, time) };
  },
});

const sendEmail = tool({
  name: 'send_email',
  description: 'Sends a mail, which the user has asked for.',
  parameters: {
    type: 'object',
    properties: {
      recipient: { type: 'string', pattern: '^\\S+@\\S+$', description: 'An address, and no name.' },
      subject: { type: 'string' },
      body: { type: 'string' },
    },
    required: ['recipient', 'subject', 'body'],
  },
  execute({ recipient, subject, body }: Mail, { contextVariables }: ToolContext<Outbox>) {
    (contextVariables.outbox ??= []).push({ recipient, subject, body });
    return `The mail to ${recipient} is on its way.`;
  },
});

export const weather = new Agent<Outbox>({
  name: 'Weather',
  instructions:
    'Tell people about the weather, which you look up, and never guess. ' +
    'Send mails for them. Everything else you answer without any tool.',
  functions: [getWeather, sendEmail],
});
