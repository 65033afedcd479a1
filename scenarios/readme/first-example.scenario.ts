import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const clerk = new Agent({
  name: 'Clerk',
  instructions: 'Answer letters.',
  functions: [
    function call_the_poet() {
      return poet;
    },
  ],
});

const poet = new Agent({ name: 'Poet', instructions: 'Answer in rhyme, always.' });

export default defineScenario({
  name: 'asked for another agent, the first one hands over, and the other answers in its own way',
  agent: clerk,
  steps: [
    user('I would rather hear from the poet.'),
    callTool('call_the_poet'),
    say('Your letter came by morning mail, I answer it without fail.'),
  ],
  expect: { agents: ['Clerk', 'Poet'], finalMessage: 'without fail', stopReason: 'completed' },
  check({ trace, response }) {
    const shown = trace.requests.map(({ request }) => request.messages[0]?.content);
    assert.deepEqual(shown, ['Answer letters.', 'Answer in rhyme, always.']);
    // Each message names its sender; the agent of the response continues the conversation.
    const senders = response?.messages.flatMap((message) => message.sender ?? []);
    assert.deepEqual(senders, ['Clerk', 'Poet']);
    assert.equal(response?.agent, poet);
  },
});
