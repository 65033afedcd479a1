/** Which agent makes a request, and which calls are handoffs. */
import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import type { CompletionRequest } from 'swarmcheck';
import {
  callTool,
  externalAgent,
  runScenario,
  say,
  user,
  type AgentNaming,
  type ExternalTurn,
  type ScenarioRun,
  type Step,
} from 'swarmcheck/testing';
import { clientOf } from '../support/refund-app.ts';
import { messageOf, messagesOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];

/** One request of an app. */
interface Ask {
  system?: string;
  tools?: readonly string[];
  /** The messages after the instructions. Default: all that came before, with a result for each call. */
  history?: Messages;
  /** The name with which the app signs the answer. */
  signedBy?: string;
}

const definition = (name: string) =>
  ({ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } }) as const;

/** An app that sends these requests, one after another, for a single message of the user. */
const sending =
  (asks: readonly Ask[]) =>
  async (turn: ExternalTurn): Promise<void> => {
    const all: Messages = [{ role: 'user', content: turn.message }];
    for (const { system, tools = [], history = all, signedBy } of asks) {
      const { choices } = await clientOf(turn).chat.completions.create({
        model: 'm',
        messages: [
          ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
          ...history,
        ],
        ...(tools.length > 0 && { tools: tools.map(definition) }),
      });
      const { message } = choices[0]!;
      history.push(signedBy === undefined ? message : { ...message, name: signedBy });
      for (const { id } of message.tool_calls ?? [])
        history.push({ role: 'tool', tool_call_id: id, content: 'ok' });
    }
  };

async function play(
  asks: readonly Ask[],
  steps: readonly Step[],
  naming?: AgentNaming,
): Promise<ScenarioRun> {
  return await runScenario({ agent: externalAgent(sending(asks), naming), steps: [user('hi'), ...steps] });
}

/** The agent of each request. */
const actorsOf = ({ trace }: ScenarioRun) => trace.requests.map(({ agent }) => agent);

/** The handoffs, each as "from → to by tool". */
const handoffsOf = ({ trace }: ScenarioRun) =>
  trace.handoffs.map(({ from, to, tool }) => `${from} → ${to} by ${tool}`);

const call = (tool: string, args: object = {}) => callTool(tool, args, { hallucinated: true });

const supervisor = { system: 'You supervise.', tools: ['transfer_to_refunds'] };
const refunds = { system: 'You refund.', tools: ['issue_refund'] };
const supervised = [call('transfer_to_refunds'), call('issue_refund'), say('Refunded.'), say('Done.')];

// ── Without options ──

test("a supervisor's answer after its sub-agent is the supervisor's", async () => {
  const run = await play([supervisor, refunds, refunds, supervisor], supervised);
  expect(messagesOf(run)).toEqual([]);
  expect(actorsOf(run)).toEqual(['Agent', 'refunds', 'refunds', 'Agent']);
  expect(run.trace.agents).toEqual(['Agent', 'refunds', 'Agent']);
  expect(handoffsOf(run)).toEqual(['Agent → refunds by transfer_to_refunds']);
});

test('a supervisor whose last request has no tools is known by its instructions', async () => {
  const last = { ...supervisor, tools: [] };
  const run = await play([supervisor, refunds, refunds, last], supervised);
  expect(actorsOf(run)).toEqual(['Agent', 'refunds', 'refunds', 'Agent']);
});

test('a supervisor is known by its tools, if all agents have the same instructions', async () => {
  const [boss, worker] = [supervisor, refunds].map((one) => ({ ...one, system: 'Help.' }));
  const run = await play([boss!, worker!, worker!, boss!], supervised);
  expect(actorsOf(run)).toEqual(['Agent', 'refunds', 'refunds', 'Agent']);
});

test('back and forth between two agents keeps the name of each', async () => {
  const [triage, sales] = [{ system: 'Triage.' }, { system: 'Sales.' }];
  const run = await play(
    [triage, sales, triage, sales, triage],
    [
      call('transfer_to_sales'),
      call('transfer_to_triage'),
      call('transfer_to_sales'),
      call('transfer_back_to_triage'),
      say('ok'),
    ],
  );
  expect(run.trace.agents).toEqual(['triage', 'sales', 'triage', 'sales', 'triage']);
  expect(actorsOf(run)).toEqual(['triage', 'sales', 'triage', 'sales', 'triage']);
  expect(run.trace.toolCalls.map(({ agent }) => agent)).toEqual(['triage', 'sales', 'triage', 'sales']);
});

test('an agent is known by its instructions, also if another tool hands over to it', async () => {
  const [triage, sales, billing] = [{ system: 'Triage.' }, { system: 'Sales.' }, { system: 'Billing.' }];
  const run = await play(
    [triage, sales, billing, sales],
    [call('transfer_to_sales'), call('transfer_to_billing'), call('transfer_to_shop'), say('ok')],
  );
  expect(actorsOf(run)).toEqual(['Agent', 'sales', 'billing', 'sales']);
  expect(handoffsOf(run).at(-1)).toBe('billing → sales by transfer_to_shop');
});

test('agents with equal instructions are known by their tools', async () => {
  const [one, other] = [{ tools: ['transfer_to_b'] }, { tools: ['transfer_to_a'] }];
  const run = await play([one, other, one], [call('transfer_to_b'), call('transfer_to_a'), say('ok')]);
  expect(actorsOf(run)).toEqual(['a', 'b', 'a']);
  expect(run.trace.handoffs).toHaveLength(2);
});

test('a conversation with equal instructions and other tools belongs to another agent', async () => {
  const fresh = (content: string, tool: string): Ask => ({
    system: 'Help.',
    tools: [tool],
    history: [{ role: 'user', content }],
  });
  const run = await play(
    [fresh('one', 'a'), fresh('two', 'b'), fresh('three', 'a')],
    [say('1'), say('2'), say('3')],
  );
  expect(actorsOf(run)).toEqual(['Agent', 'Agent 2', 'Agent']);
});

test.for([
  ['transfer_to_agent', { agent_name: 'sales' }, 'sales'],
  ['handOff', { toAgent: 'sales' }, 'sales'],
  ['handoff', { target_agent: 'sales', why: 'asked' }, 'sales'],
  ['transferToAgent', { agentName: 'sales' }, 'sales'],
  ['hand_over_to_agent', { assistant: 'sales' }, 'sales'],
  ['transferToSales', {}, 'Sales'],
  ['handoffToSales', { why: 'asked' }, 'Sales'],
  ['transfer_to_agent', {}, 'agent'],
  ['transfer_back_to_sales', {}, 'sales'],
] as const)('%s(%j), followed by other instructions, hands over to %s', async ([tool, args, to]) => {
  const run = await play([{ system: 'Triage.' }, { system: 'Sales.' }], [call(tool, args), say('ok')]);
  expect(handoffsOf(run)).toEqual([`Agent → ${to} by ${tool}`]);
  expect(actorsOf(run)).toEqual(['Agent', to]);
});

test.for([
  ['transfer', { to: 'savings', amount: 5 }],
  ['handoff', { agent: '' }],
  ['handOff', { toAgent: 7 }],
  ['handoffs', { agent: 'sales' }],
  ['find_agent', { agent_name: 'sales' }],
  ['transferTogether', {}],
] as const)('%s(%j) is not a handoff', async ([tool, args]) => {
  const run = await play([{ system: 'Triage.' }, { system: 'Sales.' }], [call(tool, args), say('ok')]);
  expect(run.trace.handoffs).toEqual([]);
  expect(actorsOf(run)).toEqual(['Agent', 'Agent']);
});

test('an agent as a tool is not a handoff, and is named after the tool that asks it', async () => {
  const expert: Ask = {
    system: 'Know.',
    tools: ['look_up'],
    history: [{ role: 'user', content: 'A duck?' }],
  };
  const desk = { system: 'Ask.', tools: ['ask_expert'] };
  const run = await play(
    [desk, expert, expert, desk],
    [call('ask_expert', { input: 'A duck?' }), call('look_up'), say('A drake.'), say('It is a drake.')],
  );
  expect(messagesOf(run)).toEqual([]);
  expect(run.trace.handoffs).toEqual([]);
  expect(actorsOf(run)).toEqual(['ask_expert', 'ask_expert', 'Agent', 'Agent']);
});

test('a request of its own during a call is not the agent of that call', async () => {
  const guard: Ask = { system: 'Guard.', history: [{ role: 'user', content: 'Is this polite: A duck?' }] };
  const desk = { system: 'Ask.', tools: ['look_up'] };
  const run = await play(
    [desk, guard, desk],
    [call('look_up', { q: 'A duck?' }), say('yes'), say('It is a drake.')],
  );
  expect(actorsOf(run)).toEqual(['Agent 2', 'Agent', 'Agent']);
});

test('an agent that signs its answers has this name from the start', async () => {
  const signed = { ...supervisor, signedBy: 'supervisor' };
  const run = await play([signed, refunds, refunds, signed], supervised);
  expect(actorsOf(run)).toEqual(['supervisor', 'refunds', 'refunds', 'supervisor']);
  expect(run.trace.agents).toEqual(['supervisor', 'refunds', 'supervisor']);
});

test('instructions that agents share between handoffs do not make one act for the other', async () => {
  const [triage, sales, summary] = [{ system: 'Triage.' }, { system: 'Sales.' }, { system: 'Summarize.' }];
  const run = await play(
    [triage, summary, triage, sales, summary],
    [say('1'), say('2'), call('transfer_to_sales'), say('3'), say('4')],
  );
  expect(actorsOf(run)).toEqual(['Agent', 'Agent', 'Agent', 'sales', 'sales']);
});

test('a tool that hands over to "Agent" does not confuse it with the first agent', async () => {
  const [one, two] = [{ system: 'One.' }, { system: 'Two.' }];
  const run = await play([one, two], [call('transfer_to_Agent'), say('ok')]);
  expect(actorsOf(run)).toEqual(['Agent 2', 'Agent']);
  expect(run.trace.agents).toEqual(['Agent 2', 'Agent']);
});

// ── With options ──

test('agents are named by a part of their instructions, or by a pattern', async () => {
  const run = await play([supervisor, refunds, refunds, supervisor], supervised, {
    agents: { Desk: 'supervise', Refunds: /^you refund\.$/i },
  });
  expect(actorsOf(run)).toEqual(['Desk', 'Refunds', 'Refunds', 'Desk']);
  expect(handoffsOf(run)).toEqual(['Desk → Refunds by transfer_to_refunds']);
});

test('the first pattern that fits names the agent, and other agents are inferred', async () => {
  const run = await play([supervisor, refunds, refunds, supervisor], supervised, {
    agents: { Desk: 'You supervise', Everyone: 'You supervise.', Other: 'never' },
  });
  expect(actorsOf(run)).toEqual(['Desk', 'refunds', 'refunds', 'Desk']);
});

test('agentOf names an agent by its request, before the patterns', async () => {
  const asked: CompletionRequest[] = [];
  const run = await play([supervisor, refunds, refunds, supervisor], supervised, {
    agents: { Desk: 'supervise', Pattern: 'refund' },
    agentOf(request) {
      asked.push(request);
      return request.tools?.[0]?.function.name === 'issue_refund' ? 'Refunds' : undefined;
    },
  });
  expect(actorsOf(run)).toEqual(['Desk', 'Refunds', 'Refunds', 'Desk']);
  expect(asked).toHaveLength(4);
  expect(Object.isFrozen(asked[0])).toBe(true);
});

test('agentOf names agents that differ only in their model', async () => {
  const agent = externalAgent(
    async (turn) => {
      for (const model of ['small', 'large'])
        await clientOf(turn).chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] });
    },
    { agentOf: ({ model }) => model },
  );
  const run = await runScenario({ agent, steps: [user('hi'), say('a'), say('b')] });
  expect(actorsOf(run)).toEqual(['small', 'large']);
});

test('handoff decides which calls are handoffs, and to which agent', async () => {
  const told: unknown[] = [];
  const [one, two] = [{ system: 'One.' }, { system: 'Two.' }];
  const run = await play(
    [one, two, one],
    [call('route', { topic: 'money' }), call('transfer_to_one'), say('ok')],
    {
      handoff({ tool, args }) {
        told.push([tool, args]);
        return tool === 'route' ? `${(args as { topic: string }).topic} desk` : undefined;
      },
    },
  );
  expect(told).toEqual([
    ['route', { topic: 'money' }],
    ['transfer_to_one', {}],
  ]);
  expect(handoffsOf(run)).toEqual(['Agent → money desk by route']);
  expect(actorsOf(run)).toEqual(['Agent', 'money desk', 'Agent']);
});

test('handoff counts even if the next request has the same instructions and tools', async () => {
  const same = { system: 'Help.' };
  const run = await play([same, same, same], [call('route'), call('look_up'), say('ok')], {
    handoff: ({ tool }) => (tool === 'route' ? 'money' : undefined),
  });
  expect(actorsOf(run)).toEqual(['Agent', 'money', 'money']);
});

test('handoff gives two agents with the same instructions and tools their own names', async () => {
  const [desk, help] = [{ system: 'Desk.' }, { system: 'Help.' }];
  const run = await play(
    [desk, help, desk, help],
    [call('route', { to: 'a' }), call('route', { to: 'desk' }), call('route', { to: 'b' }), say('ok')],
    { handoff: ({ args }) => (args as { to: string }).to },
  );
  expect(actorsOf(run)).toEqual(['desk', 'a', 'desk', 'b']);
});

test('a handoff to an agent with a history of its own names it, and its caller goes on', async () => {
  const worker: Ask = { system: 'Work.', history: [{ role: 'user', content: 'Count the stock.' }] };
  const boss = { system: 'Lead.', tools: ['delegate'] };
  const asked: string[] = [];
  const run = await play([boss, worker, boss], [call('delegate'), say('12'), say('There are 12.')], {
    handoff({ tool }) {
      asked.push(tool);
      return 'worker';
    },
  });
  expect(asked).toEqual(['delegate']);
  expect(actorsOf(run)).toEqual(['worker', 'Agent', 'Agent']);
});

test('handoff gets arguments that are not JSON as their text', async () => {
  const told: unknown[] = [];
  await play([{}, {}], [{ calls: [{ tool: 'route', rawArgs: '{"to' }] }, say('ok')], {
    handoff: ({ args }) => void told.push(args),
  });
  expect(told).toEqual(['{"to']);
});

test('each user message is answered by the agent that was named before', async () => {
  const asks = sending([{ system: 'It is 12:00. You refund.' }]);
  const agent = externalAgent(asks, { agents: { Refunds: /refund/ } });
  const run = await runScenario({ agent, steps: [user('a'), say('1'), user('b'), say('2')] });
  expect(run.trace.agents).toEqual(['Refunds']);
});

// ── Mistakes in options ──

test.for([
  [{ agents: ['refund'] }, { field: 'agents', given: 'an array of 1 item' }],
  [{ agents: 'refund' }, { field: 'agents', given: 'the string "refund"' }],
  [{ agents: { Refunds: 7 } }, { field: 'agents', agent: 'Refunds', given: 'the number 7' }],
  [{ agents: { Refunds: '' } }, { field: 'agents', agent: 'Refunds', given: 'an empty string' }],
  [{ agents: { Refunds: undefined } }, { field: 'agents', agent: 'Refunds', given: 'undefined' }],
  [{ agents: { Refunds: /refund/g } }, { field: 'agents', agent: 'Refunds', given: '/refund/g' }],
  [{ agents: { Refunds: /refund/y } }, { field: 'agents', agent: 'Refunds', given: '/refund/y' }],
  [{ agents: { '': /refund/ } }, { field: 'agents', given: 'an empty name' }],
  [{ agentOf: 'Refunds' }, { field: 'agentOf', given: 'the string "Refunds"' }],
  [{ handoff: /transfer/ }, { field: 'handoff', given: 'a RegExp' }],
  [{ agent: {} }, { field: 'agent', suggestion: 'agents' }],
  [/refund/, { given: 'a RegExp' }],
] as const)('externalAgent refuses %j', async ([options, facts]) => {
  expect(await factsOfMistake(() => externalAgent(async () => {}, options as never))).toEqual({
    error: 'UsageError',
    ...facts,
  });
});

test.for([
  [
    { agents: { Refunds: /refund/g } },
    'The pattern of the agent "Refunds" in the agents of externalAgent must be a RegExp without the flags "g" and "y", because these keep a position between requests, but is /refund/g. Remove the flag.',
  ],
  [
    { agents: { Refunds: 7 } },
    'The pattern of the agent "Refunds" in the agents of externalAgent must be a part of its instructions or a RegExp, but is the number 7.',
  ],
  [
    { agents: { '': 'refund' } },
    "The agents of externalAgent have an empty name. Write each agent's name before its pattern.",
  ],
  [
    { handoff: 'refund' },
    'The option "handoff" of externalAgent must be a function, but is the string "refund".',
  ],
] as const)('the message for options %j', async ([options, message]) => {
  expect(await messageOf(() => externalAgent(async () => {}, options as never))).toBe(message);
});

const asksTwice = [{ system: 'One.' }, { system: 'Two.' }];
const transfer = [call('transfer_to_two'), say('ok')];

test.for(['agentOf', 'handoff'] as const)('%s that throws fails the run with its error', async (field) => {
  const cause = new RangeError('of the test');
  const run = await play(asksTwice, transfer, {
    [field]: () => {
      throw cause;
    },
  });
  expect(factsOf(run.error)).toEqual({ error: 'UsageError', field, given: 'RangeError: of the test' });
  expect(run.error).toHaveProperty('cause', cause);
  expect(messagesOf(run)[0]).toMatch(
    `The function "${field}" of externalAgent threw RangeError: of the test. It must return an agent's name, or undefined to have it inferred.`,
  );
  expect(run.trace.outcome).toBe('failed');
  expect(run.trace.requests).toHaveLength(2);
});

test.for([
  ['agentOf', 7, 'the number 7'],
  ['agentOf', '', 'the string ""'],
  ['agentOf', null, 'null'],
  ['handoff', true, 'the boolean true'],
  ['handoff', Promise.resolve('two'), 'a Promise'],
] as const)('%s that returns %s fails the run', async ([field, value, given]) => {
  const run = await play(asksTwice, transfer, { [field]: () => value });
  expect(factsOf(run.error)).toEqual({ error: 'UsageError', field, given });
});

test('the message for a function that is async', async () => {
  const run = await play(asksTwice, transfer, { agentOf: (async () => 'two') as never });
  expect(run.error).toHaveProperty(
    'message',
    'The function "agentOf" of externalAgent must return an agent\'s name, or undefined to have it inferred, but returned a Promise. Is an "await" missing?',
  );
});
