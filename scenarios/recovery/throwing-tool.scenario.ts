import { Agent } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const pottery = new Agent({
  name: 'Pottery',
  instructions: 'Help the members of the workshop.',
  functions: [
    function open_kiln() {
      throw new Error('the kiln is still at 310 degrees');
    },
  ],
});

export default defineScenario({
  name: 'a tool that throws is answered with its message, and the model tells the user',
  agent: pottery,
  steps: [
    user('Open the kiln, please.'),
    callTool('open_kiln'),
    ({ messages }) => say(`That did not work. ${messages.at(-1)?.content as string}`),
  ],
  expect: {
    toolCalls: ['open_kiln'],
    finalMessage: 'Error: Tool open_kiln failed: the kiln is still at 310 degrees',
    stopReason: 'completed',
  },
});
