import type { Rule } from './rules.ts';

const answer =
  'Press Forgotten? below the password. The link that we send is good for 30 minutes. [Sign in when you have forgotten your password]';

/** For scenarios/examples/support-bot. */
export const supportBotRules: readonly Rule[] = [
  [/^Hello, I sing in the Harbour Choir/, () => ({ calls: [['transfer_to_help_center', {}]] })],
  [
    /^\{"assistant":"Help Center"\}$/,
    () => ({ calls: [['search_help_center', { query: 'forgoten pasword' }]] }),
  ],
  [
    /^\[\{"id":"([^"]+)"/,
    ([, id], offered) =>
      offered.includes('search_help_center') ? { calls: [['read_article', { id }]] } : undefined,
  ],
  [/^# Sign in when you have forgotten your password\n/, () => ({ text: answer })],
  [
    /^Mail me that, please, to (\S+)$/,
    ([, address]) => ({ calls: [['send_email', { address, message: answer }]] }),
  ],
  [/^The mail is on its way to /, () => ({ text: 'The mail is on its way. Anything else?' })],
  [
    /^Can we hire a recording engineer through you\?$/,
    () => ({ calls: [['search_help_center', { query: 'hire a recording engineer' }]] }),
  ],
  [
    /^No article has anything about "hire a recording engineer"\.$/,
    () => ({
      calls: [
        [
          'submit_ticket',
          {
            subject: 'Recording engineer',
            description: 'Can a choir hire one through Tuttiplan? No article says so.',
          },
        ],
      ],
    }),
  ],
  [
    /^Ticket (T-\d+) is open\.$/,
    ([, number]) => ({
      text: `Our articles do not say. I have opened ticket ${number}, and somebody will tell you.`,
    }),
  ],
  [/^That was all of it, thank you\.$/, () => ({ calls: [['transfer_to_user_interface', {}]] })],
  [/^\{"assistant":"User Interface"\}$/, () => ({ text: 'You are welcome. Sing well!' })],
];
