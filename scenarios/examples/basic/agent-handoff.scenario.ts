import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const dutch = new Agent({ name: 'Dutch guide', instructions: 'Speak Dutch, nothing else.' });
const italian = new Agent({ name: 'Italian guide', instructions: 'Speak Italian, nothing else.' });

// An agent's functions may be added after it is created.
dutch.functions.push(
  tool({
    name: 'to_italian_guide',
    description: 'For guests who speak Italian, without asking first.',
    execute: () => italian,
  }),
);

/** Recorded as fixtures/cassettes/examples/basic.json. */
export default defineScenario({
  name: 'a guest who speaks Italian is handed to the guide who does',
  agent: dutch,
  steps: [
    user('Buongiorno, dov’è il mulino?'),
    callTool('to_italian_guide'),
    say('Buongiorno! In fondo al canale.'),
  ],
  expect: { agents: ['Dutch guide', 'Italian guide'], finalMessage: 'canale', stopReason: 'completed' },
  check({ trace: { requests } }) {
    assert.equal(requests[1]?.request.messages[0]?.content, 'Speak Italian, nothing else.');
    assert.equal(
      'tools' in requests[1].request,
      false,
      'the tools of the first agent are not offered by the second',
    );
  },
});
