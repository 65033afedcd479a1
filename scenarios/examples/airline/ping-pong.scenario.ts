import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

const there = callTool('transfer_to_flight_modification');
const back = callTool('transfer_to_triage');

export default defineScenario({
  name: 'two agents that send a customer back and forth are cut off, with nothing changed',
  agent: triage,
  contextVariables: customerCase(),
  maxTurns: 5,
  steps: [user('I want a seat for my cello.'), there, back, there, back, there],
  expect: {
    agents: [
      'Triage',
      'Flight Modification',
      'Triage',
      'Flight Modification',
      'Triage',
      'Flight Modification',
    ],
    contextVariables: customerCase(),
    stopReason: 'max_turns',
  },
  check({ response }) {
    // The customer has no answer yet. The app that set the limit has to give one.
    assert.deepEqual(
      response?.messages.filter(({ role, content }) => role === 'assistant' && content),
      [],
    );
    assert.equal(response?.agent.name, 'Flight Modification');
  },
});
