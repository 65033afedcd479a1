import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { ines, passOn } from './suite.ts';

export default defineScenario({
  name: 'a number that does not exist is answered with those that do, and the model takes the right one',
  agent: refunds,
  contextVariables: ines,
  steps: [
    user('I want to give rental 1 back.'),
    callTool('refund_rental', { number: '1' }),
    callTool('refund_rental', { number: 'R-1' }),
    passOn,
  ],
  expect: { finalMessage: 'R-1 is refunded with 380 euros.', stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.equal(
      toolCalls[0]?.content,
      'Error: Tool refund_rental failed: There is no rental 1. This customer has: R-1, R-2.',
    );
  },
});
