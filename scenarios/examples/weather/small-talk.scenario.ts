import assert from 'node:assert/strict';
import { defineScenario, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';

export default defineScenario({
  name: 'small talk needs no tool, though both are offered and the model is told when to use them',
  agent: weather,
  steps: [user('How are you?'), say('Fine. And you?')],
  expect: { toolCalls: [], finalMessage: 'Fine', stopReason: 'completed' },
  check({ trace: { requests }, response }) {
    const [first] = requests.map(({ request }) => request);
    assert.deepEqual(
      first?.tools?.map((tool) => tool.function.name),
      ['get_weather', 'send_email'],
    );
    assert.match(first.messages[0]?.content as string, /Everything else you answer without any tool\./);
    assert.deepEqual(response?.contextVariables, {});
  },
});
