import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, user } from 'swarmcheck/testing';

const nurse = new Agent({
  name: 'Nurse',
  functions: [
    function call_doctor() {
      return doctor;
    },
  ],
});

const doctor = new Agent({ name: 'Doctor' });

export default defineScenario({
  name: 'a run cut off right after a handoff ends with the new agent, which has said nothing yet',
  agent: nurse,
  maxTurns: 1,
  steps: [user('My cat swallowed a button.'), callTool('call_doctor')],
  expect: { agents: ['Nurse', 'Doctor'], stopReason: 'max_turns' },
  check({ response, trace }) {
    assert.equal(response?.agent, doctor);
    assert.deepEqual(
      trace.requests.map(({ agent }) => agent),
      ['Nurse'],
    );
  },
});
