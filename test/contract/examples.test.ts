/** Code as users write it: it type-checks, and each test passes. */
import { expect } from 'vitest';
import OpenAI from 'openai';
import { z } from 'zod';
import { Agent, Conversation, Result, Swarm, openaiProvider, partialResponse, tool } from 'swarmcheck';
import { checkAgent } from 'swarmcheck/fast-check';
import {
  callTool,
  callTools,
  defineScenario,
  externalAgent,
  modelFails,
  replayProvider,
  runScenario,
  say,
  scriptedProvider,
  stubTools,
  traceOf,
  user,
} from 'swarmcheck/testing';
import { scenarioTest, test } from 'swarmcheck/vitest';

// Agents may refer to each other, and tools infer the types of their arguments.
const triage = new Agent({
  name: 'Triage',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});
const refunds = new Agent({
  name: 'Refunds',
  instructions: ({ user }: { user: string }) => `Help ${user} with refunds.`,
  functions: [
    tool({
      name: 'issue_refund',
      description: 'Refunds an order.',
      parameters: z.object({ orderId: z.string(), amount: z.number().optional() }),
      execute({ orderId, amount }) {
        return new Result({
          value: `refunded ${orderId.trim()} ${amount ?? 'in full'}`,
          contextVariables: { refunded: true },
        });
      },
    }),
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { q: { type: 'string' } } },
      execute: (args) => args.q,
    }),
    function back_to_triage() {
      return triage;
    },
  ],
});
// @ts-expect-error not the schema of an object
tool({ name: 'bad', parameters: { typo: 1 }, execute: () => '' });

test('the refunds agent issues a refund once', async () => {
  const run = await runScenario({
    agent: triage,
    contextVariables: { user: 'Ann' },
    tools: { issue_refund: 'done' },
    steps: [
      user('Refund A-17, please.'),
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('Done.'),
    ],
  });
  expect(run).toHaveHandoffOrder(['Triage', 'Refunds']);
  expect(run).toHaveSeen({
    agent: 'Refunds',
    instructions: /Ann/,
    tools: ['issue_refund', 'look_up', 'back_to_triage'],
  });
  expect(run).toHaveToolResult('issue_refund', 'done');
  expect(run).toHaveToolCalls({
    sequence: [{ tool: 'issue_refund', argsContain: { orderId: expect.any(String) } }],
    allowOthers: true,
    never: ['look_up'],
  });
});

test('a run with maxTurns: 1 stops after the tools of its first turn', async ({ script }) => {
  const provider = script([callTools([callTool('look_up', { q: 'a' }), callTool('look_up', { q: 'b' })])]);
  const response = await new Swarm({ provider }).run({
    agent: refunds,
    messages: [{ role: 'user', content: 'hi' }],
    contextVariables: { user: 'Ann' },
    maxTurns: 1,
  });
  expect(response).toHaveStoppedBecause('max_turns');
  expect(traceOf(response).toolCalls.map((call) => call.content)).toEqual(['a', 'b']);
});

test('a person can confirm before the transfer', async () => {
  const run = await runScenario({
    agent: triage,
    executeTools: false,
    steps: [user('hi'), callTool('transfer_to_refunds')],
  });
  expect(run).toBeInterrupted({ pending: ['transfer_to_refunds'] });
});

test('the model recovers from arguments that fail the schema', async () => {
  const run = await runScenario({
    agent: refunds,
    contextVariables: { user: 'Ann' },
    steps: [
      user('refund'),
      callTool('issue_refund', { order: 17 }, { hallucinated: true }),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('Done.'),
    ],
  });
  expect(run).toHaveRecoveredFrom({ tool: 'issue_refund', kind: 'invalid-arguments', content: /orderId/ });
});

test('an app with its own client is answered by a mock', async ({ model }) => {
  const mock = model([say('hello')]);
  await new OpenAI({ apiKey: 'none' }).chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect(mock.requests).toHaveLength(1);
});

test('a rate limit reaches the caller unchanged, with the partial response', async () => {
  const swarm = new Swarm({
    provider: scriptedProvider([
      callTool('transfer_to_refunds'),
      modelFails({ kind: 'status', status: 429 }),
    ]),
  });
  const error = await swarm
    .run({ agent: triage, messages: [{ role: 'user', content: 'hi' }], contextVariables: { user: 'Ann' } })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(partialResponse(error)?.agent.name).toBe('Refunds');
});

test('a recorded conversation is replayed', async () => {
  using provider = replayProvider('fixtures/cassettes/refund.json');
  await new Swarm({ provider }).run({
    agent: triage,
    messages: [{ role: 'user', content: 'Refund A-17, please.' }],
    contextVariables: { user: 'Ann' },
  });
});

test('only Refunds issues refunds, whatever the model does', async () => {
  const report = await checkAgent(triage, {
    runs: 500,
    seed: 1,
    contextVariables: { user: 'Ann' },
    tools: { issue_refund: 'done' },
    always: {
      'only Refunds refunds': (run) =>
        run.trace.toolCalls.every(
          (call) => call.tool !== 'issue_refund' || call.error !== undefined || call.agent === 'Refunds',
        ),
    },
    sometimes: {
      'a refund': (run) =>
        run.trace.toolCalls.some((call) => call.tool === 'issue_refund' && call.error === undefined),
    },
  });
  expect(report.sometimes['a refund']).toBeGreaterThan(0);
});

test('an app on another SDK is an external agent', async () => {
  const app = externalAgent(({ message, baseURL, apiKey, fetch }) =>
    new OpenAI({ baseURL, apiKey, fetch }).chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: message }],
    }),
  );
  const run = await runScenario({ agent: app, steps: [user('hi'), say('hello')] });
  expect(run).toHaveStoppedBecause('completed');
});

scenarioTest(
  defineScenario({
    name: 'cut off after the transfer',
    agent: triage,
    contextVariables: { user: 'Ann' },
    maxTurns: 1,
    steps: [user('x'), callTool('transfer_to_refunds')],
    expect: { stopReason: 'max_turns', agents: ['Triage', 'Refunds'] },
  }),
);

export async function streamed(wanted: boolean, maxTurns: number | undefined) {
  const swarm = new Swarm({
    provider: openaiProvider({ baseURL: 'http://localhost:11434/v1', apiKey: 'none' }),
  });
  const agent = stubTools(triage, { issue_refund: () => 'done' });
  for await (const event of swarm.run({ agent, messages: [], stream: true, maxTurns })) {
    if ('delim' in event) continue;
    if ('response' in event) return event.response.agent.name;
    process.stdout.write(event.content ?? '');
  }
  const conversation = new Conversation({ swarm, agent: refunds, contextVariables: { user: 'Ann' } });
  const response = await conversation.send('hi');
  response.contextVariables.user.toUpperCase();
  // @ts-expect-error this agent needs a user
  new Conversation({ swarm, agent: refunds });
  return swarm.run({ agent, messages: [], stream: wanted });
}
