import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const library = new Agent({
  name: 'Library',
  instructions: 'Look after the loans of readers.',
  functions: [
    tool({
      name: 'renew_loan',
      parameters: z.object({ book: z.string() }),
      execute: ({ book }) => `${book} may stay until May 4`,
    }),
    function list_loans() {
      return ['Emma'];
    },
  ],
});

export default defineScenario({
  name: 'a tool that does not exist is answered with those that do, and the model takes the right one',
  agent: library,
  steps: [
    user('Can I keep Emma for longer?'),
    callTool('extend_loan', { book: 'Emma' }, { hallucinated: true }),
    callTool('renew_loan', { book: 'Emma' }),
    say('Yes, until May 4.'),
  ],
  expect: {
    toolCalls: ['extend_loan', { tool: 'renew_loan', args: { book: 'Emma' } }],
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.error, 'unknown-tool');
    assert.match(toolCalls[0].content, /extend_loan not found.*renew_loan, list_loans/);
    assert.equal(toolCalls[1]?.content, 'Emma may stay until May 4');
  },
});
