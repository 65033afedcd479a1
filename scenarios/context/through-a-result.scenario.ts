import assert from 'node:assert/strict';
import { Agent, Result } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';

const hotel = new Agent({
  name: 'Hotel',
  functions: [
    function assign_room() {
      return new Result({ value: 'room 12', contextVariables: { room: 12 } });
    },
    function cut_key({ room }) {
      return room === undefined ? 'which room?' : `key for ${room}`;
    },
  ],
});

export default defineScenario({
  name: 'what a Result puts into the context is there from the next turn on, not yet in its own',
  agent: hotel,
  contextVariables: { guest: 'Ines' },
  steps: [
    user('I would like to check in.'),
    callTools([callTool('assign_room'), callTool('cut_key')]),
    callTool('cut_key'),
    say('Room 12, and here is your key.'),
  ],
  expect: { contextVariables: { guest: 'Ines', room: 12 }, stopReason: 'completed' },
  check({ trace }) {
    const answers = trace.toolCalls.map(({ content }) => content);
    assert.deepEqual(answers, ['room 12', 'which room?', 'key for 12']);
  },
});
