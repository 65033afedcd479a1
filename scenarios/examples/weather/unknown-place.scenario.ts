import assert from 'node:assert/strict';
import { callTool, defineScenario, user, say } from 'swarmcheck/testing';
import { weather } from './agents.ts';

export default defineScenario({
  name: 'a place without a station is answered with those that have one, and the model takes the nearest',
  agent: weather,
  steps: [
    user('Will it rain on Kerrera tomorrow?'),
    callTool('get_weather', { location: 'Kerrera', time: 'tomorrow' }),
    callTool('get_weather', { location: 'Oban', time: 'tomorrow' }),
    ({ messages }) => say(`In Oban, close by: ${messages.at(-1)?.content as string}`),
  ],
  expect: {
    finalMessage: 'close by: {"location":"Oban","time":"tomorrow","sky":"rain","celsius":10}',
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    assert.equal(toolCalls[0]?.error, 'threw');
    assert.match(
      toolCalls[0].content,
      /No weather station in "Kerrera"\. There is one in Oban, Whitby, Lerwick\./,
    );
  },
});
