import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const clock = new Agent({
  name: 'Clock',
  functions: [
    function read_clock() {
      return 'half past nine';
    },
  ],
});

export default defineScenario({
  name: 'an answer in the last turn allowed completes the run, and is no cutoff',
  agent: clock,
  maxTurns: 2,
  steps: [
    user('What time is it?'),
    callTool('read_clock'),
    ({ messages }) => say(`It is ${messages.at(-1)?.content as string}.`),
  ],
  expect: { finalMessage: 'It is half past nine.', stopReason: 'completed' },
});
