/** Agents for the tests of several folders: a shop that refunds, a sales team, and a desk with one tool. */
import {
  Agent,
  Result,
  tool,
  type Instructions,
  type JsonObjectSchema,
  type Message,
  type ToolReturn,
} from 'swarmcheck';
import {
  callTool,
  runScenario,
  say,
  user,
  type Expectations,
  type Scenario,
  type ScenarioRun,
  type Step,
} from 'swarmcheck/testing';
import { messagesOf } from './failures.ts';

/** The options of `refundShop`. */
interface ShopOptions {
  /** The instructions of Refunds. */
  instructions?: Instructions;
  /** Whether Refunds can hand back to Triage. */
  handsBack?: boolean;
}

/** New agents of a shop: Triage hands off to Refunds, which looks up orders and refunds them. */
export function refundShop({ instructions = 'Refund what was paid.', handsBack = true }: ShopOptions = {}) {
  const triage = new Agent({
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
    instructions,
    functions: [
      tool({
        name: 'look_up',
        description: 'Finds an order.',
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
  if (handsBack)
    refunds.functions.push(function back_to_triage() {
      return triage;
    });
  return { triage, refunds };
}

/** The shop's agents that tests of scenarios share. */
export const { triage, refunds } = refundShop();

/** The script of a refund: a handoff, the refund, and a final message. */
export const refundSteps: Step[] = [
  user('I want my money back for A-17.'),
  callTool('transfer_to_refunds'),
  callTool('issue_refund', { orderId: 'A-17', amount: 5 }),
  say('Done: A-17 is refunded.'),
];

/** Plays the refund as a scenario, with these fields replaced. */
export function playRefund(different: Partial<Scenario> = {}): Promise<ScenarioRun> {
  return runScenario({ agent: triage, steps: refundSteps, contextVariables: { user: 'Ann' }, ...different });
}

/** The message of the one expectation that the refund does not meet. Throws unless there is exactly one. */
export async function refundFailure(
  expectations: Expectations,
  different: Partial<Scenario> = {},
): Promise<string> {
  const run = await playRefund({ ...different, expect: expectations });
  const messages = messagesOf(run);
  if (run.passed || messages.length !== 1)
    throw new Error(`One failure was expected, but there were: ${JSON.stringify(messages)}`);
  return messages[0]!;
}

/** New agents: Triage, which hands off to Sales, and Sales, which can hand back, or has no tools. */
export function salesTeam({ handsBack = true } = {}) {
  const sales = new Agent({ name: 'Sales' });
  const triage = new Agent({
    name: 'Triage',
    functions: [
      function to_sales() {
        return sales;
      },
    ],
  });
  if (handsBack)
    sales.functions.push(function to_triage() {
      return triage;
    });
  return { triage, sales };
}

/** A new agent with one tool, `look_up`. */
export function deskThat(
  execute: (args: Record<string, unknown>) => ToolReturn,
  parameters: JsonObjectSchema = { type: 'object', properties: {} },
): Agent {
  return new Agent({ name: 'Desk', functions: [tool({ name: 'look_up', parameters, execute })] });
}

/** The source of such an agent, for tests that run in a Vitest process of their own. */
export const deskSource =
  "const agent = new Agent({ name: 'Desk', functions: [function look_up() { return 'found'; }] });";

/** A desk that looks up orders. */
export const desk = deskThat(({ orderId }) => `${String(orderId)} is paid`, {
  type: 'object',
  properties: { orderId: { type: 'string' } },
  required: ['orderId'],
});

/** A question for the desk. */
export const messages: Message[] = [{ role: 'user', content: 'Where is A-17?' }];
