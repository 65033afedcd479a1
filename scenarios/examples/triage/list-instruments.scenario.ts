import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { sales } from './agents.ts';
import { ines, passOn } from './suite.ts';

export default defineScenario({
  name: 'only instruments below the price the customer names are listed',
  agent: sales,
  contextVariables: ines,
  steps: [
    user('What do you have for less than 40 euros a month?'),
    callTool('list_instruments', { underEuros: 40 }),
    passOn,
  ],
  expect: {
    toolCalls: [{ tool: 'list_instruments', args: { underEuros: 40 } }],
    finalMessage: '{"clarinet":18,"ukulele":9}',
    stopReason: 'completed',
  },
});
