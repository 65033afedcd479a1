import { Swarm, type Response } from 'swarmcheck';
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
import { refundShop } from '../support/agents.ts';

/** Triage, which hands off to Refunds. */
export const { triage } = refundShop({
  instructions: ({ user }) => `Refund what ${user} paid.`,
  handsBack: false,
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

/** Plays the conversation as a scenario, with these changes. */
export function playDesk(different: Partial<Scenario> = {}): Promise<ScenarioRun> {
  return runScenario({
    agent: triage,
    contextVariables,
    steps: [user('Refund A-17, please.'), ...answers],
    ...different,
  });
}

/** Runs the same conversation without a scenario. */
export function runDesk(): Promise<Response> {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  return swarm.run({
    agent: triage,
    contextVariables,
    messages: [{ role: 'user', content: 'Refund A-17, please.' }],
  });
}

/** The same conversation as a ScenarioRun and as a Response, and the Trace of each. */
export async function everySource(): Promise<[what: string, source: ScenarioRun | Trace | Response][]> {
  const [run, response] = [await playDesk(), await runDesk()];
  return [
    ['a ScenarioRun', run],
    ['the Trace of a ScenarioRun', run.trace],
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
