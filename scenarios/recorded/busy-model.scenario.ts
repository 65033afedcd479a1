import { Agent } from 'swarmcheck';
import { defineScenario, modelFails, say, user } from 'swarmcheck/testing';

/** Recorded as fixtures/cassettes/busy-model.json: the second message gets a rate limit, and is sent again. */
export default defineScenario({
  name: 'busy model',
  agent: new Agent({ name: 'Echo', instructions: 'Say what the user says.' }),
  steps: [
    user('One.'),
    say('One.'),
    user('Two, though you are busy.'),
    modelFails({ kind: 'status', status: 429, retryAfterMs: 1 }),
    user('Two.'),
    say('Two.'),
  ],
  expect: { finalMessage: 'Two.', stopReason: 'completed' },
});
