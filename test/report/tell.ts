import { Agent, Result, tool } from 'swarmcheck';
import { runScenario, user, type Scenario, type Step } from 'swarmcheck/testing';
import { storyOf } from '../../src/report/scenario-line.ts';

const refunds = new Agent({
  name: 'Refunds',
  functions: [
    tool({
      name: 'issue_refund',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } } },
      execute: ({ orderId }) =>
        new Result({ value: `refunded ${orderId}`, contextVariables: { refunded: true } }),
    }),
  ],
});
/** An agent with tools that answer, fail, change the context, and hand off to Refunds. */
export const triage = new Agent({
  name: 'Triage',
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { q: { type: 'string' } } },
      execute: ({ q }) => ({ found: q }),
    }),
    tool({
      name: 'fail',
      execute: () => {
        throw new Error('The bank is closed.');
      },
    }),
    tool({ name: 'note', execute: () => undefined }),
    tool({
      name: 'forget',
      execute: (_args, { contextVariables }) => void delete contextVariables['ticket'],
    }),
    function transfer_to_refunds() {
      return refunds;
    },
    function transfer_with_a_note() {
      return new Result({ value: 'Be kind.', agent: refunds });
    },
  ],
});

/** The story of a scenario in which the user says "hi" and the model gives these answers. */
export async function story(answers: Step[], different: Partial<Scenario> = {}): Promise<string> {
  return storyOf(await runScenario({ agent: triage, steps: [user('hi'), ...answers], ...different }));
}
