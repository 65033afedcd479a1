import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, user } from 'swarmcheck/testing';
import { z } from 'zod';

const office = new Agent({
  name: 'Post office',
  instructions: 'Send letters and telegrams.',
  functions: [
    tool({
      name: 'send_telegram',
      parameters: z.object({ to: z.string(), text: z.string() }),
      execute(telegram, { contextVariables }) {
        contextVariables['sent'] = telegram;
        return 'sent';
      },
    }),
    function to_complaints() {
      return new Agent({ name: 'Complaints' });
    },
  ],
});

export default defineScenario({
  name: 'with tools not to be executed the run stops at the calls: nothing is sent, nobody is handed over',
  agent: office,
  executeTools: false,
  steps: [
    user('Tell Ida that I am late, and then I want to complain.'),
    callTools([callTool('send_telegram', { to: 'Ida', text: 'late' }), callTool('to_complaints')]),
  ],
  expect: {
    toolCalls: [{ turn: [{ tool: 'send_telegram', args: { to: 'Ida', text: 'late' } }, 'to_complaints'] }],
    agents: ['Post office'],
    stopReason: 'interrupted',
  },
  check({ trace, response }) {
    assert.deepEqual(trace.toolCalls, []);
    assert.deepEqual(response?.contextVariables, {});
    assert.deepEqual(
      response.messages.map(({ role }) => role),
      ['assistant'],
    );
  },
});
