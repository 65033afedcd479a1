import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

const ticket = {
  subject: 'Rent a piano',
  description: 'A choir asks whether Tuttiplan lets out pianos. No article says so.',
};

export default defineScenario({
  name: 'what no article is about becomes a ticket',
  agent: () => makeSupportBot(),
  steps: [
    user('Can we rent a grand piano from you?'),
    callTool('transfer_to_help_center'),
    callTool('search_help_center', { query: 'rent a grand piano' }),
    callTool('submit_ticket', ticket),
    say('Our articles do not say. I have opened ticket T-1, and somebody will tell you.'),
  ],
  expect: {
    toolResults: [
      { tool: 'search_help_center', content: 'No article has anything about "rent a grand piano".' },
      { tool: 'submit_ticket', content: 'Ticket T-1 is open.' },
    ],
    seen: [{ message: 'Ticket T-1 is open.', instructions: 'submit a ticket' }],
    contextVariables: { tickets: [{ number: 'T-1', ...ticket }] },
    stopReason: 'completed',
  },
});
