import { Agent, Result, Swarm, tool, type Response } from 'swarmcheck';
import {
  callTool,
  callTools,
  runScenario,
  say,
  scriptedProvider,
  traceOf,
  user,
  type Scenario,
  type ScenarioRun,
  type Step,
  type Trace,
} from 'swarmcheck/testing';

/** Hands over to Refunds. */
export const triage = new Agent({
  name: 'Triage',
  instructions: 'Find out what the user needs.',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});

const refunds = new Agent({
  name: 'Refunds',
  instructions: ({ user }) => `Refund what ${user} paid.`,
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
      execute: ({ orderId }) => ({ orderId, paid: true }),
    }),
    tool({
      name: 'issue_refund',
      parameters: {
        type: 'object',
        properties: { orderId: { type: 'string' }, amount: { type: 'number' } },
        required: ['orderId'],
      },
      execute: ({ orderId }) =>
        new Result({ value: `refunded ${orderId}`, contextVariables: { refunded: [orderId] } }),
    }),
  ],
});

/** A wrong call first, then the right ones. */
const answers: Step[] = [
  callTool('transfer_to_refunds'),
  callTool('look_up', { order: 17 }, { hallucinated: true }),
  callTools([
    callTool('look_up', { orderId: 'A-17' }),
    callTool('issue_refund', { orderId: 'A-17', amount: 5 }),
  ]),
  say('Done: A-17 is refunded.'),
];

const contextVariables = { user: 'Ann' };

/** The conversation as a ScenarioRun, or what differs from it. */
export function playDesk(different: Partial<Scenario> = {}): Promise<ScenarioRun> {
  return runScenario({
    agent: triage,
    contextVariables,
    steps: [user('Refund A-17, please.'), ...answers],
    ...different,
  });
}

/** The same as a Response. */
export function runDesk(): Promise<Response> {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  return swarm.run({
    agent: triage,
    contextVariables,
    messages: [{ role: 'user', content: 'Refund A-17, please.' }],
  });
}

/** The same three ways: as a ScenarioRun, its Trace, and a Response. */
export async function everySource(): Promise<[what: string, source: ScenarioRun | Trace | Response][]> {
  const [run, response] = [await playDesk(), await runDesk()];
  return [
    ['a ScenarioRun', run],
    ['its Trace', run.trace],
    ['a Response', response],
    ['the Trace of a Response', traceOf(response)],
  ];
}

/** A run that stops before its tools. */
export function interruptedDesk(): Promise<ScenarioRun> {
  return playDesk({
    executeTools: false,
    steps: [user('Refund A-17, please.'), callTool('transfer_to_refunds')],
  });
}
