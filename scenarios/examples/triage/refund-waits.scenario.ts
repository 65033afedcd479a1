import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'with tools not to be executed the run stops before the refund, and shows what it would be',
  agent: refunds,
  contextVariables: ines,
  executeTools: false,
  steps: [user('Take R-1 back.'), callTool('refund_rental', { number: 'R-1', reason: 'none given' })],
  expect: {
    toolCalls: [{ tool: 'refund_rental', args: { number: 'R-1', reason: 'none given' } }],
    contextVariables: { rentals: ines.rentals },
    stopReason: 'interrupted',
  },
  check({ trace }) {
    assert.deepEqual(trace.toolCalls, [], 'it is pending, and was not answered');
  },
});
