import assert from 'node:assert/strict';
import { callTool, defineScenario, modelFails, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';

const mail = { recipient: 'bo@example.org', subject: 'Storm', body: 'Stay at home.' };

export default defineScenario({
  name: 'a mail of a run that failed is not in the outbox, so that asking again sends it once',
  agent: weather,
  steps: [
    user('Warn bo@example.org of the storm.'),
    callTool('send_email', mail),
    modelFails({ kind: 'status', status: 503 }),
    user('Did that work? If not, warn bo@example.org, please.'),
    callTool('send_email', mail),
    say('Bo is warned.'),
  ],
  expect: { contextVariables: { outbox: [mail] }, finalMessage: 'Bo is warned.', stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls.length, 2, 'the tool ran in both runs');
  },
});
