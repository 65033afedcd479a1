/** Each kind of change has its own drift: the part, the name and the place. */
import { expect, test } from 'vitest';
import { tool, type Agent } from 'swarmcheck';
import type { Drift } from 'swarmcheck/testing';
import { playChanged, type Change } from './desk.ts';
import { user } from './tapes.ts';

const lookUp = {
  name: 'look_up',
  description: 'Finds an order.',
  parameters: { type: 'object', properties: { order: { type: 'string' }, year: { type: 'number' } } },
} as const;
const found = () => ({ order: 'A-17', status: 'paid' });
const question = { role: 'user', content: 'Is A-17 paid?' } as const;
const greeting = [user('Hello.'), { role: 'assistant', content: 'What can I do for you?' } as const];

type Row = [change: string, Change, drift: (Omit<Drift, 'diff'> & { diff?: string })[]];

const rows: Row[] = [
  [
    'the instructions of the first agent',
    { agents: ({ triage }) => (triage.instructions = 'Find out who it is.') },
    [{ part: 'instructions', name: 'Triage', diff: '-Find out what is wanted.\n+Find out who it is.' }],
  ],
  [
    'instructions that are made by a function',
    { agents: ({ refunds }) => (refunds.instructions = () => 'Refund what was paid.\nAsk.\nBe brief.') },
    [
      {
        part: 'instructions',
        name: 'Refunds',
        diff: ' Refund what was paid.\n-Ask for the order.\n+Ask.\n Be brief.',
      },
    ],
  ],
  [
    'the description of a tool',
    { agents: ({ refunds }) => (refunds.functions[1] = tool({ name: 'issue_refund', execute: found })) },
    [{ part: 'tools', name: 'issue_refund' }],
  ],
  [
    'a parameter that is no longer required',
    { agents: ({ refunds }) => (refunds.functions[0] = tool({ ...lookUp, execute: found })) },
    [{ part: 'tools', name: 'look_up' }],
  ],
  [
    'a tool that was added',
    { agents: ({ triage }) => triage.functions.push(tool({ name: 'hang_up', execute: () => '' })) },
    [{ part: 'tools', name: 'hang_up' }],
  ],
  [
    'a tool that was removed',
    { agents: ({ refunds }) => refunds.functions.pop() },
    [{ part: 'tools', name: 'issue_refund' }],
  ],
  [
    'a tool that was renamed',
    {
      agents: ({ refunds }) =>
        (refunds.functions[1] = tool({ name: 'pay', description: 'Pays it back.', execute: found })),
    },
    [
      { part: 'tools', name: 'issue_refund' },
      { part: 'tools', name: 'pay' },
    ],
  ],
  [
    'the order of the tools',
    { agents: ({ refunds }) => (refunds.functions = refunds.functions.toReversed()) },
    [{ part: 'tools', diff: '-look_up\n issue_refund\n+look_up' }],
  ],
  [
    'the model of an agent',
    { agents: ({ refunds }) => (refunds.model = 'gpt-5') },
    [{ part: 'model', diff: '-gpt-4o-mini\n+gpt-5' }],
  ],
  ['modelOverride', { run: { modelOverride: 'o3' } }, [{ part: 'model', diff: '-gpt-4o\n+o3' }]],
  [
    'toolChoice',
    { agents: ({ triage }) => (triage.toolChoice = 'required') },
    [{ part: 'parameters', name: 'tool_choice', diff: '-(not sent)\n+required' }],
  ],
  [
    'parallelToolCalls',
    { agents: ({ triage }) => (triage.parallelToolCalls = false) },
    [{ part: 'parameters', name: 'parallel_tool_calls', diff: '-true\n+false' }],
  ],
  [
    'a parameter that a decorator of the provider sends',
    { request: () => ({ temperature: 0.2 }) },
    [{ part: 'parameters', name: 'temperature', diff: '-(not sent)\n+0.2' }],
  ],
  [
    'the question of the user',
    { messages: [...greeting, user('Is A-18 paid?')] },
    [{ part: 'history', at: 3, diff: '-user: Is A-17 paid?\n+user: Is A-18 paid?' }],
  ],
  [
    'an earlier message',
    { messages: [greeting[0]!, { role: 'assistant', content: 'Yes?' }, question] },
    [{ part: 'history', at: 2, diff: '-assistant: What can I do for you?\n+assistant: Yes?' }],
  ],
  [
    'an earlier message that is gone',
    { messages: [user('Hello.'), question] },
    [{ part: 'history', at: 2, diff: '-assistant: What can I do for you?\n+user: Is A-17 paid?' }],
  ],
  [
    'one more message at the end',
    { messages: [...greeting, question, user('Hurry.')] },
    [{ part: 'history', at: 4, diff: '-(no message)\n+user: Hurry.' }],
  ],
  [
    'the role of a message',
    { messages: [...greeting, { role: 'assistant', content: 'Is A-17 paid?' }] },
    [{ part: 'history', at: 3, diff: '-user: Is A-17 paid?\n+assistant: Is A-17 paid?' }],
  ],
  [
    'the name of the speaker, which the API gets',
    { messages: [...greeting, { ...question, name: 'ann' }] },
    [{ part: 'history', at: 3 }],
  ],
  [
    'the result of a tool',
    { agents: ({ orders }) => (orders.status = 'open') },
    [
      {
        part: 'history',
        at: 7,
        diff: '-tool: {"order":"A-17","status":"paid"}\n+tool: {"order":"A-17","status":"open"}',
      },
    ],
  ],
];

test.for(rows)(
  'a change is reported with its part, its name and its place: %s',
  async ([, change, expected]) => {
    const { drift, summary } = await playChanged(change);
    expect(drift).toEqual(expected.map((one) => ({ diff: expect.stringMatching(/^[+-]/m), ...one })));
    expect(summary.drifted).toBe(1);
  },
);

test('a changed type of a parameter is reported as one changed line', async () => {
  const properties = { order: { type: 'number' }, year: { type: 'number' } };
  const parameters = { type: 'object', properties, required: ['order'] } as const;
  const { drift } = await playChanged({
    agents: ({ refunds }) => (refunds.functions[0] = tool({ ...lookUp, parameters, execute: found })),
  });
  expect(drift).toMatchObject([{ part: 'tools', name: 'look_up' }]);
  expect(drift[0]?.diff.split('\n').filter((line) => /^[+-]/.test(line))).toEqual([
    '-        "type": "string"',
    '+        "type": "number"',
  ]);
});

test('a handoff to another agent is reported as a changed result, instructions and model', async () => {
  const { drift } = await playChanged({ agents: ({ routes, billing }) => (routes.transfer = billing) });
  expect(drift).toContainEqual({
    part: 'history',
    at: 5,
    diff: '-tool: {"assistant":"Refunds"}\n+tool: {"assistant":"Billing"}',
  });
  expect(drift).toContainEqual(expect.objectContaining({ part: 'instructions', name: 'Billing' }));
  expect(drift).toContainEqual(expect.objectContaining({ part: 'model' }));
});

test('several changes of one request are reported together', async () => {
  const { drift } = await playChanged({
    agents: ({ triage }) => {
      Object.assign(triage, { instructions: 'Ask.', model: 'o3', functions: [], toolChoice: 'none' });
    },
    messages: [question],
  });
  expect(drift.map(({ part, name, at }) => [part, name ?? at])).toEqual([
    ['model', undefined],
    ['instructions', 'Triage'],
    ['tools', 'transfer'],
    ['parameters', 'parallel_tool_calls'],
    ['history', 1],
  ]);
});

test('an agent whose name the model does not see may have another name', async () => {
  const { drift, summary } = await playChanged({ agents: ({ triage }) => (triage.name = 'Front desk') });
  expect(drift).toEqual([]);
  expect(summary).toEqual({ served: 3, exact: 3, drifted: 0, unused: 0 });
});

test('a new name of an agent is drift if a handoff shows it to the model', async () => {
  const { drift } = await playChanged({ agents: ({ refunds }) => (refunds.name = 'Money back') });
  expect(drift).toMatchObject([{ part: 'history', at: 5 }]);
});

test('an agent that did not change since the recording has no drift', async () => {
  const agents = ({ refunds }: { refunds: Agent }) => (refunds.instructions = 'Refund all.');
  expect((await playChanged({ agents }, { agents })).drift).toEqual([]);
});
