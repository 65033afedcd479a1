import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { refunds } from './agents.ts';
import { ines } from './suite.ts';

export default defineScenario({
  name: 'a discount that is too high is refused, and a lower one holds from the next turn on',
  agent: refunds,
  contextVariables: ines,
  steps: [
    user('I stay, if you let me off half of it.'),
    callTool('grant_discount', { percent: 50 }, { hallucinated: true }),
    callTool('grant_discount', { percent: 20 }),
    say('I can do 20 %.'),
  ],
  expect: { contextVariables: { discount: 20 }, stopReason: 'completed' },
  check({ trace: { toolCalls, requests } }) {
    assert.match(toolCalls[0]?.content ?? '', /"percent" must be at most 20/);
    const shown = requests.map(({ request }) => request.messages[0]?.content as string);
    assert.match(shown[1] ?? '', /offer a discount/);
    assert.match(shown[2] ?? '', /20 % off already/);
  },
});
