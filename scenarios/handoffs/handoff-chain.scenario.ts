import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const reception = new Agent({
  name: 'Reception',
  instructions: 'Welcome visitors of the museum.',
  functions: [
    function to_tickets() {
      return tickets;
    },
  ],
});

const tickets = new Agent({
  name: 'Tickets',
  instructions: 'Sell tickets.',
  functions: [
    function to_tours() {
      return tours;
    },
  ],
});

const tours = new Agent({
  name: 'Tours',
  instructions: 'Find a guide.',
  functions: [
    function to_reception() {
      return reception;
    },
  ],
});

export default defineScenario({
  name: 'a visitor is passed on from desk to desk and back to the first',
  agent: reception,
  steps: [
    user('A ticket with a guided tour, and where is the cloakroom?'),
    callTool('to_tickets'),
    callTool('to_tours'),
    callTool('to_reception'),
    say('The cloakroom is behind me, on the left.'),
  ],
  expect: { agents: ['Reception', 'Tickets', 'Tours', 'Reception'], stopReason: 'completed' },
  check({ trace }) {
    // Each agent runs with its own instructions and tools, and sees the whole conversation so far.
    const shown = trace.requests.map(({ request: { messages, tools } }) => [
      messages[0]?.content,
      tools?.map((tool) => tool.function.name),
      messages.length,
    ]);
    assert.deepEqual(shown, [
      ['Welcome visitors of the museum.', ['to_tickets'], 2],
      ['Sell tickets.', ['to_tours'], 4],
      ['Find a guide.', ['to_reception'], 6],
      ['Welcome visitors of the museum.', ['to_tickets'], 8],
    ]);
  },
});
