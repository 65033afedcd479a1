import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

interface Member {
  name?: string;
  card?: number;
}

const gym = new Agent<Member>({
  instructions: ({ name = 'guest' }) => `Welcome ${name} to the gym.`,
  functions: [
    function show_membership({ name, card }) {
      return `${name}, card ${card}`;
    },
  ],
});

export default defineScenario({
  name: 'a member is greeted by name, and sees their card when they ask for it',
  agent: gym,
  contextVariables: { name: 'Tariq', card: 881 },
  steps: [
    user('Hello!'),
    say('Welcome, Tariq.'),
    user('What does my membership say?'),
    callTool('show_membership'),
    ({ messages }) => say(`It says: ${messages.at(-1)?.content as string}.`),
  ],
  expect: {
    toolCalls: ['show_membership'],
    finalMessage: 'It says: Tariq, card 881.',
    stopReason: 'completed',
  },
  check({ trace }) {
    for (const { request } of trace.requests) {
      assert.equal(request.messages[0]?.content, 'Welcome Tariq to the gym.');
    }
  },
});
