/** Checks of apps that have their own SDK. */
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import OpenAI from 'openai';
import { callTool, callTools, externalAgent, say, user, type ScenarioRun } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { refundApp } from '../../support/refund-app.ts';
import { check, Failures } from './desk.ts';

const orderId = z.object({ orderId: z.string() });

/**
 * An app of OpenAI's Agents SDK. It looks up an order before a refund. The bug: one look is enough for all orders.
 */
const shop = externalAgent(async ({ message, baseURL, apiKey, fetch }) => {
  let hasLooked = false;
  const refunds = new Agent({
    name: 'refunds',
    instructions: 'Refund what was paid, once.',
    tools: [
      tool({
        name: 'issue_refund',
        description: 'Refunds an order.',
        parameters: orderId,
        execute: (order) => (hasLooked ? `refunded ${order.orderId}` : 'Look the order up first.'),
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
        parameters: orderId,
        execute(order) {
          hasLooked = true;
          return `${order.orderId} was paid`;
        },
      }),
    ],
    handoffs: [refunds],
  });
  const openAIClient = new OpenAI({ baseURL, apiKey, fetch, maxRetries: 0, logLevel: 'off' });
  const modelProvider = new OpenAIProvider({ openAIClient, useResponses: false });
  await new Runner({ modelProvider, tracingDisabled: true }).run(triage, message);
});

/** Whether each refunded order was looked up before. */
const lookedUpFirst = ({ trace: { toolCalls } }: ScenarioRun) =>
  toolCalls.every(({ tool: name, content, args }, index) => {
    if (name !== 'issue_refund' || !content.startsWith('refunded')) return true;
    const wanted = (args as { orderId: string }).orderId;
    return toolCalls
      .slice(0, index)
      .some((before) => before.tool === 'look_up' && before.content === `${wanted} was paid`);
  });

test("a bug of an app of OpenAI's Agents SDK is found, and shrunk to the smallest script", async () => {
  using failures = new Failures();
  const error = await failures.failureOf(shop, {
    always: { 'looked up first': lookedUpFirst },
    name: 'shop',
    runs: 2000,
  });
  expect(error.invariant).toBe('looked up first');
  const orders = error.steps.flatMap((step) => ('calls' in step ? (step.calls ?? []) : []));
  expect(orders.map(({ tool: name }) => name)).toEqual(['look_up', 'transfer_to_refunds', 'issue_refund']);
  expect(error.steps).toHaveLength(5);
  expect(error.source).not.toContain('maxTurns');
  expect(failures.shown(error)).toMatchInlineSnapshot(`
    ""looked up first" was broken: it does not hold (the invariant returned false)
    What happened:
        turn 1  Agent: look_up({"orderId":""}) →  was paid
        turn 2  Agent: transfer_to_refunds() → {"assistant":"refunds"}
        turn 2  Agent hands off to refunds
        turn 3  refunds: issue_refund({"orderId":"a"}) → refunded a
        turn 4  refunds: says "ok"
        ended: completed
    Smallest script (5 of … steps, saved to failures/shop-31e83d42.json):
      user('hi'),
      callTool('look_up', { orderId: '' }),
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { orderId: 'a' }),
      say('ok'),
    Again:
      npx swarmcheck run 'failures/shop-31e83d42.json#<module>#<export>'
      checkAgent(agent, { seed: 1, path: '…' })"
  `);
});

/** Another app, which refunds without a verification. */
const desk = externalAgent(async ({ message, baseURL, apiKey, fetch }) => {
  const agent = new Agent({
    name: 'desk',
    instructions: 'Verify who it is, then refund.',
    tools: [
      tool({
        name: 'verify_identity',
        description: 'Verifies who it is.',
        parameters: z.object({ customer: z.string() }),
        execute: () => 'verified',
      }),
      tool({
        name: 'issue_refund',
        description: 'Refunds an order.',
        parameters: orderId,
        execute: (order) => `refunded ${order.orderId}`,
      }),
    ],
  });
  const openAIClient = new OpenAI({ baseURL, apiKey, fetch, maxRetries: 0, logLevel: 'off' });
  const modelProvider = new OpenAIProvider({ openAIClient, useResponses: false });
  await new Runner({ modelProvider, tracingDisabled: true }).run(agent, message);
});

test('a bug of a single agent of that SDK shrinks to three steps', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(desk, {
    always: {
      'verified first': ({ trace: { toolCalls } }) => {
        const refund = toolCalls.findIndex(({ content }) => content.startsWith('refunded'));
        return refund === -1 || toolCalls.slice(0, refund).some(({ content }) => content === 'verified');
      },
    },
    name: 'desk',
  });
  expect(error.steps).toEqual([user('hi'), callTool('issue_refund', { orderId: '' }), say('ok')]);
});

test('an app of the Agents SDK that keeps its invariants passes', async () => {
  const report = await check(shop, {
    runs: 50,
    sometimes: {
      'a handoff': ({ trace }) => trace.handoffs.length > 0,
      'a call that was wrong': ({ trace }) => trace.toolCalls.some(({ error }) => error !== undefined),
    },
  });
  expect(report.runs).toBe(50);
});

test('an app that crashes on arguments that are not JSON is found', async () => {
  using failures = new Failures();
  const app = externalAgent((turn) => refundApp().respond(turn));
  const error = await failures.failureOf(app, {
    always: { 'does not crash': (run) => run.error === undefined },
  });
  expect(error.steps).toEqual([user('hi'), expect.anything(), say('ok')]);
  expect(error.message).toContain('ended: failed');
});

test('an app that answers only one of two calls breaks an invariant of all apps', async () => {
  using failures = new Failures();
  const app = externalAgent(async ({ message, baseURL, apiKey, fetch }) => {
    const client = new OpenAI({ baseURL, apiKey, fetch, maxRetries: 0, logLevel: 'off' });
    const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
      { role: 'user', content: message },
    ];
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'look_up', parameters: { type: 'object', properties: {} } },
      },
    ];
    for (;;) {
      const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages, tools });
      const answer = choices[0]!.message;
      messages.push(answer);
      const [call] = answer.tool_calls ?? [];
      if (!call) return;
      messages.push({ role: 'tool', tool_call_id: call.id, content: 'found' });
    }
  });
  const error = await failures.failureOf(app);
  expect(error.invariant).toBe('every-call-answered-once');
  expect(error.steps).toEqual([user('hi'), callTools([callTool('look_up'), callTool('look_up')]), say('ok')]);
});

test('the model of an app with another SDK fails only if "provider-error" is on', async () => {
  const app = externalAgent((turn) => refundApp().respond(turn));
  const failsOf = async (features?: { 'provider-error': true }) => {
    let fails = 0;
    const counted = ({ trace }: ScenarioRun) =>
      void (fails += trace.events.filter(({ type }) => type === 'model-error').length);
    await check(app, { runs: 100, always: { counted }, ...(features && { features }) });
    return fails;
  };
  expect(await failsOf()).toBe(0);
  expect(await failsOf({ 'provider-error': true })).toBeGreaterThan(0);
});
