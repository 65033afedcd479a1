import assert from 'node:assert/strict';
import { Agent, partialResponse } from 'swarmcheck';
import { callTool, defineScenario, modelFails, user } from 'swarmcheck/testing';

const surveyor = new Agent({
  name: 'Surveyor',
  functions: [
    function measure() {
      return '42 m';
    },
  ],
});

export default defineScenario({
  name: 'a rate limit rejects the run as it is, and what had been reached by then is not lost',
  agent: surveyor,
  steps: [user('How wide is the river?'), callTool('measure'), modelFails({ kind: 'status', status: 429 })],
  expect: { toolCalls: ['measure'], error: { name: 'RateLimitError', message: '429' } },
  check({ error, response, trace }) {
    assert.equal(response, undefined);
    assert.equal(trace.outcome, 'failed');
    assert.equal(partialResponse(error)?.messages.at(-1)?.content, '42 m');
  },
});
