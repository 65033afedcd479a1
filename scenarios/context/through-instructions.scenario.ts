import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

interface Visit {
  room: string;
}

const guide = new Agent<Visit>({
  name: 'Guide',
  instructions: ({ room }) => `The visitor stands in the ${room}.`,
  functions: [
    function next_room(visit) {
      visit.room = 'library';
      return 'walking';
    },
  ],
});

export default defineScenario({
  name: 'instructions are made anew for every turn, from the context as it is then',
  agent: guide,
  contextVariables: { room: 'hall' },
  steps: [user('Show me the next room.'), callTool('next_room'), say('These shelves are from 1780.')],
  expect: { contextVariables: { room: 'library' }, stopReason: 'completed' },
  check({ trace, scenario }) {
    const shown = trace.requests.map(({ request }) => request.messages[0]?.content);
    assert.deepEqual(shown, ['The visitor stands in the hall.', 'The visitor stands in the library.']);
    assert.deepEqual(
      scenario.contextVariables,
      { room: 'hall' },
      'the context that was passed in is not touched',
    );
  },
});
