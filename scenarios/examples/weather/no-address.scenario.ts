import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';

export default defineScenario({
  name: 'a mail to a name is refused, and only the one to an address is sent',
  agent: weather,
  steps: [
    user('Tell Bo that it rains.'),
    callTool('send_email', { recipient: 'Bo', subject: 'Rain', body: 'It rains.' }, { hallucinated: true }),
    say('What is the address of Bo?'),
    user('bo@example.org'),
    callTool('send_email', { recipient: 'bo@example.org', subject: 'Rain', body: 'It rains.' }),
    say('Sent.'),
  ],
  expect: {
    toolErrors: [{ tool: 'send_email', kind: 'invalid-arguments' }],
    recovered: { tool: 'send_email', content: 'but is the string "Bo"' },
    contextVariables: { outbox: [{ recipient: 'bo@example.org', subject: 'Rain', body: 'It rains.' }] },
    stopReason: 'completed',
  },
});
