import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

export default defineScenario({
  name: 'two tickets of one turn have numbers of their own',
  agent: () => makeSupportBot(),
  steps: [
    user('Do you sell pitch pipes, and is there an organ to borrow?'),
    callTool('transfer_to_help_center'),
    callTools([
      callTool('submit_ticket', { subject: 'Pitch pipes', description: 'Does Tuttiplan sell them?' }),
      callTool('submit_ticket', { subject: 'Organ', description: 'Is there one to borrow?' }),
    ]),
    say('I have opened the tickets T-1 and T-2.'),
  ],
  expect: {
    contextVariables: {
      tickets: [
        { number: 'T-1', subject: 'Pitch pipes', description: 'Does Tuttiplan sell them?' },
        { number: 'T-2', subject: 'Organ', description: 'Is there one to borrow?' },
      ],
    },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(
      toolCalls.slice(1).map(({ content }) => content),
      ['Ticket T-1 is open.', 'Ticket T-2 is open.'],
    );
  },
});
