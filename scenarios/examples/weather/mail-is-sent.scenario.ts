import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';

const earlier = { recipient: 'mo@example.org', subject: 'Boots', body: 'Bring yours.' };
const mail = { recipient: 'bo@example.org', subject: 'The walk', body: 'We meet at nine.' };

export default defineScenario({
  name: 'a mail goes to the outbox, behind those that are there',
  agent: weather,
  contextVariables: { outbox: [earlier] },
  steps: [
    user('Write to bo@example.org that we meet at nine for the walk.'),
    callTool('send_email', mail),
    say('I have written to Bo.'),
  ],
  expect: { contextVariables: { outbox: [earlier, mail] }, stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.content, 'The mail to bo@example.org is on its way.');
  },
});
