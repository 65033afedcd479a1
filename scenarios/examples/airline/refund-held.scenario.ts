import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { flightCancel } from './agents.ts';
import { customerCase } from './customer-case.ts';

/** In refund-confirmed.test.ts, a person then decides. */
export default defineScenario({
  name: 'a refund is held until a person has seen it',
  agent: flightCancel,
  contextVariables: customerCase({ fare: 'flex' }),
  executeTools: false,
  messages: [
    { role: 'user', content: 'Cancel my flight.' },
    {
      role: 'assistant',
      content: 'You get 180 euros back. It cannot be undone.',
      sender: 'Flight Cancel',
    },
  ],
  steps: [user('Yes, cancel it.'), callTool('initiate_refund')],
  expect: {
    toolCalls: ['initiate_refund'],
    contextVariables: { booking: customerCase({ fare: 'flex' }).booking },
    stopReason: 'interrupted',
  },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(toolCalls, []);
  },
});
