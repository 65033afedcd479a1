import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { harp, ines, ukulele } from './suite.ts';

const refund = callTool('refund_rental', { number: 'R-1' });

export default defineScenario({
  name: 'a rental is refunded once, though the model asks for it twice in a turn and once more after it',
  agent: refunds,
  contextVariables: ines,
  steps: [
    user('R-1, please.'),
    callTools([refund, refund]),
    say('380 euros.'),
    user('And R-1 again!'),
    refund,
    callTool('look_up_rental', { number: 'R-1' }),
    say('R-1 was refunded, with 380 euros.'),
  ],
  expect: {
    contextVariables: { rentals: [{ ...harp, refunded: 380 }, ukulele] },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    const already = 'Error: Tool refund_rental failed: R-1 is refunded already, with 380 euros.';
    assert.deepEqual(
      toolCalls.slice(0, 3).map(({ content }) => content),
      ['R-1 is refunded with 380 euros.', already, already],
    );
    assert.match(toolCalls[3]?.content ?? '', /"refundable":0/);
  },
});
