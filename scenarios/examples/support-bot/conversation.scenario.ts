import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';
import { foundIn } from './found-articles.ts';

const message =
  'Press Forgotten? below the password. The link that we send is good for 30 minutes. [Sign in when you have forgotten your password]';
const ticket = {
  subject: 'Recording engineer',
  description: 'Can a choir hire one through Tuttiplan? No article says so.',
};

/**
 * Recorded as fixtures/cassettes/examples/support-bot.json: an answer, the same by mail, a ticket, and a goodbye.
 */
export default defineScenario({
  name: 'support bot',
  agent: () => makeSupportBot(),
  steps: [
    user('Hello, I sing in the Harbour Choir, and I have forgoten my pasword.'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'forgoten pasword' }),
    (request) => callTool('read_article', { id: foundIn(request)[0]?.[0] }),
    say(message),
    user('Mail me that, please, to mira@choirs.example'),
    callTool('send_email', { address: 'mira@choirs.example', message }),
    say('The mail is on its way. Anything else?'),
    user('Can we hire a recording engineer through you?'),
    callTool('search_help_center', { query: 'hire a recording engineer' }),
    callTool('submit_ticket', ticket),
    say('Our articles do not say. I have opened ticket T-1, and somebody will tell you.'),
    user('That was all of it, thank you.'),
    callTool('transfer_to_user_interface'),
    say('You are welcome. Sing well!'),
  ],
  expect: {
    agents: ['User Interface', 'Help Center', 'User Interface'],
    toolCalls: {
      sequence: [{ tool: 'read_article', args: { id: 'forgotten-password' } }],
      allowOthers: true,
    },
    contextVariables: {
      mails: [{ address: 'mira@choirs.example', message }],
      tickets: [{ number: 'T-1', ...ticket }],
    },
    finalMessage: 'Sing well!',
    stopReason: 'completed',
  },
});
