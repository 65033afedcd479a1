/** Apps with several agents: a supervisor, agents that hand over back and forth, and agents as tools. */
import { Agent, handoff, OpenAIProvider, Runner } from '@openai/agents';
import OpenAI from 'openai';
import { callTool, externalAgent, runScenario, say, user, type ExternalTurn } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];

/** Runs an agent of OpenAI's Agents SDK. */
async function runOf(agent: Agent, { message, baseURL, apiKey }: ExternalTurn): Promise<void> {
  const modelProvider = new OpenAIProvider({ baseURL, apiKey, useResponses: false });
  await new Runner({ modelProvider, tracingDisabled: true }).run(agent, message);
}

const toolNamed = (name: string) =>
  ({ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } }) as const;

/** A graph without an SDK: a supervisor delegates, and answers after the agent that it delegated to. */
async function supervised({ message, baseURL, apiKey }: ExternalTurn): Promise<void> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const history: Messages = [{ role: 'user', content: message }];
  const node = async (instructions: string, tool: string) => {
    for (;;) {
      const { choices } = await client.chat.completions.create({
        model: 'gpt-4o',
        messages: [{ role: 'system', content: instructions }, ...history],
        tools: [toolNamed(tool)],
      });
      const answer = choices[0]!.message;
      history.push(answer);
      for (const { id } of answer.tool_calls ?? [])
        history.push({ role: 'tool', tool_call_id: id, content: 'done' });
      if (!answer.tool_calls || tool.startsWith('transfer_to_')) return;
    }
  };
  await node('You supervise a shop.', 'transfer_to_refunds');
  await node('You issue refunds.', 'issue_refund');
  await node('You supervise a shop.', 'transfer_to_refunds');
}

const supervisedSteps = [
  user('I want my money back.'),
  callTool('transfer_to_refunds'),
  callTool('issue_refund'),
  say('Refunded.'),
  say('You have your money back.'),
];

test("a supervisor's answer after its agent is its own", async () => {
  const run = await runScenario({ agent: externalAgent(supervised), steps: supervisedSteps });
  expect(run).toHaveHandoffOrder(['Agent', 'refunds', 'Agent']);
  expect(run.trace.requests.map(({ agent }) => agent)).toEqual(['Agent', 'refunds', 'refunds', 'Agent']);
});

test('the agents of a supervisor are named by their instructions', async () => {
  const agent = externalAgent(supervised, { agents: { Supervisor: 'supervise', Refunds: /refund/ } });
  const run = await runScenario({ agent, steps: supervisedSteps });
  expect(run).toHaveHandoffOrder(['Supervisor', 'Refunds', 'Supervisor']);
});

test('agents that hand over back and forth keep their names', async () => {
  const refunds = new Agent({ name: 'refunds', instructions: 'Refund what was paid.' });
  const triage = new Agent({ name: 'triage', instructions: 'Find out who helps.', handoffs: [refunds] });
  refunds.handoffs.push(triage);

  const run = await runScenario({
    agent: externalAgent((turn) => runOf(triage, turn)),
    steps: [
      user('I want my money back. Or not.'),
      callTool('transfer_to_refunds', {}),
      callTool('transfer_to_triage', {}),
      callTool('transfer_to_refunds', {}),
      say('As you like.'),
    ],
    expect: { agents: ['triage', 'refunds', 'triage', 'refunds'], finalMessage: 'As you like.' },
  });
  expect(run).toHaveHandoffOrder(['triage', 'refunds', 'triage', 'refunds']);
});

test('an agent as a tool is not a handoff', async () => {
  const expert = new Agent({ name: 'expert', instructions: 'Know all ducks.' });
  const desk = new Agent({
    name: 'desk',
    instructions: 'Ask the expert.',
    tools: [expert.asTool({ toolName: 'ask_expert', toolDescription: 'Asks the expert.' })],
  });

  const run = await runScenario({
    agent: externalAgent((turn) => runOf(desk, turn)),
    steps: [
      user('What swims there?'),
      callTool('ask_expert', { input: 'What swims in a pond?' }),
      say('A duck.'),
      say('It is a duck.'),
    ],
  });
  expect(run.trace.handoffs).toEqual([]);
  expect(run).toHaveToolResult('ask_expert', 'A duck.');
  expect(run).toHaveSeen({ agent: 'ask_expert', instructions: 'Know all ducks.' });
  expect(run).toHaveSeen({ agent: 'Agent', instructions: 'Ask the expert.' });
});

test('a handoff with a name of its own is declared', async () => {
  const refunds = new Agent({ name: 'refunds', instructions: 'Refund what was paid.' });
  const triage = new Agent({
    name: 'triage',
    instructions: 'Find out who helps.',
    handoffs: [handoff(refunds, { toolNameOverride: 'give_to_cashier' })],
  });
  const agent = externalAgent((turn) => runOf(triage, turn), {
    agents: { triage: 'Find out' },
    handoff: ({ tool }) => (tool === 'give_to_cashier' ? 'refunds' : undefined),
  });

  const run = await runScenario({
    agent,
    steps: [user('I want my money back.'), callTool('give_to_cashier', {}), say('Done.')],
  });
  expect(run).toHaveHandoffOrder(['triage', 'refunds']);
  expect(run.trace.handoffs).toMatchObject([{ from: 'triage', to: 'refunds', tool: 'give_to_cashier' }]);
});
