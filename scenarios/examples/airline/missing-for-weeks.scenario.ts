import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a bag that is missing for too long is not searched for, and a person compensates it',
  agent: triage,
  contextVariables: customerCase({ daysMissing: 22 }),
  steps: [
    user('My trunk is gone since last month. It is made of wood.'),
    callTool('transfer_to_lost_baggage'),
    callTool('initiate_baggage_search', { tag: '550 381', looks: 'a wooden trunk' }),
    callTool('initiate_baggage_search', { tag: '550 318', looks: 'a wooden trunk' }),
    callTool('escalate_to_agent', { reason: 'The wooden trunk 550 318 is missing for 22 days.' }),
    say('We do not search for it any longer. A person compensates you.'),
  ],
  expect: {
    agents: ['Triage', 'Lost Baggage'],
    contextVariables: {
      bags: [{ tag: '550 318', daysMissing: 22 }],
      escalation: 'The wooden trunk 550 318 is missing for 22 days.',
    },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    const [, mistyped, late] = toolCalls;
    assert.match(mistyped?.content ?? '', /No bag 550 381 is missing\. Missing are: 550 318\./);
    assert.match(late?.content ?? '', /for 22 days, and is searched for no longer than 21\./);
  },
});
