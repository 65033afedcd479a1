import { Agent } from 'swarmcheck';
import { defineScenario, say, user } from 'swarmcheck/testing';

const concierge = new Agent({
  instructions: ({ guest, floor }: { guest: string; floor: number }) =>
    `Look after ${guest}, who lives on floor ${floor}.`,
});

export default defineScenario({
  name: 'instructions that are a function are told who the user is, from the context',
  agent: concierge,
  contextVariables: { guest: 'Mr Okafor', floor: 3 },
  steps: [
    user('Good evening!'),
    ({ messages: [system] }) => say(`Good evening! (My orders: ${system?.content as string})`),
  ],
  expect: { finalMessage: 'Look after Mr Okafor, who lives on floor 3.', stopReason: 'completed' },
});
