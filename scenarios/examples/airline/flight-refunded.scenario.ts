import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a flex fare is refunded once, and not with credits as well',
  agent: triage,
  contextVariables: customerCase({ fare: 'flex' }),
  steps: [
    user('Please cancel my flight. I want the money back.'),
    callTool('transfer_to_flight_modification'),
    callTool('transfer_to_flight_cancel'),
    say('Is another flight no help? Otherwise you get 180 euros back. It cannot be undone.'),
    user('Cancel it, please.'),
    // Two calls in one turn see each other: the second finds that the booking is refunded.
    callTools([callTool('initiate_refund'), callTool('initiate_flight_credits')]),
    callTool('case_resolved', { summary: '180 euros refunded.' }),
    say('180 euros go back to your card.'),
  ],
  expect: {
    agents: ['Triage', 'Flight Modification', 'Flight Cancel'],
    contextVariables: { credits: 0, resolved: ['180 euros refunded.'] },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls, requests }, response }) {
    const [refunded, credited] = toolCalls.slice(2);
    assert.equal(refunded?.content, 'BRG44T is cancelled. 180 euros go back to the card.');
    assert.match(credited?.content ?? '', /BRG44T is refunded already/);
    assert.equal(response?.contextVariables['booking'].status, 'refunded');
    assert.match(
      requests.at(-1)?.request.messages[0]?.content as string,
      /Fare flex, refunded[^]*flex: the money back, or credits worth 110 % of it/,
    );
  },
});
