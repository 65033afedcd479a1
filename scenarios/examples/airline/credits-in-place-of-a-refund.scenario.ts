import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { flightCancel } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a refund that the fare does not allow is refused, and credits are given',
  agent: flightCancel,
  contextVariables: customerCase({ fare: 'classic' }),
  messages: [
    { role: 'user', content: 'Cancel my flight, please.' },
    { role: 'assistant', content: 'Would another flight do?', sender: 'Flight Cancel' },
  ],
  steps: [
    user('No. Cancel it.'),
    callTool('initiate_refund'),
    callTool('initiate_flight_credits'),
    callTool('case_resolved', { summary: '180 euros in credits.' }),
    say('You have 180 euros for your next flight.'),
  ],
  expect: { agents: ['Flight Cancel'], contextVariables: { credits: 180 }, stopReason: 'completed' },
  check({ trace: { toolCalls }, response }) {
    const [refund, credits] = toolCalls;
    assert.equal(refund?.error, 'threw');
    assert.match(refund.content, /A classic fare is not refunded\./);
    assert.equal(credits?.content, 'BRG44T is cancelled, for 180 euros in credits.');
    assert.equal(response?.contextVariables['booking'].status, 'credited');
  },
});
