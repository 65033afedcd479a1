import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { sales } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'sales hand a customer back whose wish is not theirs, and triage reads what it is',
  agent: sales,
  contextVariables: ines,
  steps: [
    user('Who tunes the harp?'),
    callTool('back_to_triage', { wish: 'somebody who tunes the harp' }),
    say('That is done in the workshop, next door.'),
  ],
  expect: { agents: ['Sales', 'Triage'], finalMessage: 'workshop', stopReason: 'completed' },
  check({ trace: { requests } }) {
    assert.equal(
      requests[1]?.request.messages.at(-1)?.content,
      'The customer wants: somebody who tunes the harp',
    );
  },
});
