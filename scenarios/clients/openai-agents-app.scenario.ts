import assert from 'node:assert/strict';
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { callTool, defineScenario, externalAgent, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

/** An app built on OpenAI's Agents SDK: two agents with one tool each, and a handoff. */
const refunds = new Agent({
  name: 'refunds',
  instructions: 'Refund what was paid, once.',
  tools: [
    tool({
      name: 'issue_refund',
      description: 'Refunds an order.',
      parameters: z.object({ orderId: z.string() }),
      execute: ({ orderId }) => `refunded ${orderId}`,
    }),
  ],
});
const triage = new Agent({
  name: 'triage',
  instructions: 'Look the order up, then hand over.',
  tools: [
    tool({
      name: 'look_up',
      description: 'Looks an order up.',
      parameters: z.object({ orderId: z.string() }),
      execute: ({ orderId }) => ({ orderId, paid: true }),
    }),
  ],
  handoffs: [refunds],
});

export default defineScenario({
  name: "an app of OpenAI's Agents SDK hands a refund over, and issues it",
  agent: externalAgent(async ({ message, baseURL, apiKey }) => {
    const modelProvider = new OpenAIProvider({ baseURL, apiKey, useResponses: false });
    await new Runner({ modelProvider, tracingDisabled: true }).run(triage, message);
  }),
  steps: [
    user('I want my money back for A-17.'),
    callTool('look_up', { orderId: 'A-17' }),
    callTool('transfer_to_refunds', {}),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('Done: A-17 is refunded.'),
  ],
  expect: {
    agents: ['Agent', 'refunds'],
    toolCalls: [
      { tool: 'look_up', args: { orderId: 'A-17' } },
      'transfer_to_refunds',
      { tool: 'issue_refund', args: { orderId: 'A-17' } },
    ],
    stopReason: 'completed',
    finalMessage: 'A-17 is refunded',
  },
  check({ trace }) {
    assert.deepEqual(
      trace.toolCalls.map(({ agent, tool, content }) => [agent, tool, content]),
      [
        ['Agent', 'look_up', '{"orderId":"A-17","paid":true}'],
        ['Agent', 'transfer_to_refunds', '{"assistant":"refunds"}'],
        ['refunds', 'issue_refund', 'refunded A-17'],
      ],
    );
  },
});
