import assert from 'node:assert/strict';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

interface Job {
  caller: string;
  ordered?: boolean;
}

const frontDesk = new Agent({
  name: 'Front desk',
  instructions: 'Ask who is calling and connect them.',
  functions: [
    tool({
      name: 'connect_repairs',
      parameters: z.object({ caller: z.string() }),
      execute: ({ caller }) => new Result({ agent: repairs, contextVariables: { caller } }),
    }),
  ],
});

const repairs = new Agent<Job>({
  name: 'Repairs',
  instructions: ({ caller }) => `Fix the bicycle of ${caller}.`,
  functions: [
    function order_part(job) {
      job.ordered = true;
      return 'a chain, tomorrow';
    },
  ],
});

export default defineScenario({
  name: 'each thing the user says continues the last run, with its agent, context and messages',
  agent: frontDesk,
  steps: [
    user('This is Noor, my bicycle is broken.'),
    callTool('connect_repairs', { caller: 'Noor' }),
    say('What is wrong with it?'),
    user('The chain is torn.'),
    callTool('order_part'),
    say('A new chain comes tomorrow.'),
    user('Thank you!'),
    say('See you then.'),
  ],
  expect: {
    agents: ['Front desk', 'Repairs'],
    contextVariables: { caller: 'Noor', ordered: true },
    finalMessage: 'See you then.',
  },
  check({ trace }) {
    const shown = trace.requests.at(-1)?.request.messages;
    assert.equal(shown?.[0]?.content, 'Fix the bicycle of Noor.');
    const said = shown.flatMap(({ role, content }) => (role === 'user' ? [content] : []));
    assert.deepEqual(said, ['This is Noor, my bicycle is broken.', 'The chain is torn.', 'Thank you!']);
  },
});
