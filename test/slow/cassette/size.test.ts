/**
 * A cassette grows with the length of its conversation, not with its square: a turn of a long conversation takes as
 * much space as a turn of a short one.
 */
import { expect, test } from 'vitest';
import { Agent, Swarm, tool, type CompletionProvider, type Message } from 'swarmcheck';
import {
  callTool,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { Folder } from '../../cassette/folder.ts';
import { user } from '../../cassette/replay/tapes.ts';

/** The script of a turn. */
type Kind = (turn: number) => Step[];

const question = (turn: number) => `Question ${turn % 10}: ${'which of these is it? '.repeat(2)}`;
const answer = (turn: number) => say(`Answer ${turn % 10}: ${'it is one of these. '.repeat(3)}`);

const kinds: [name: string, stream: boolean, kind: Kind][] = [
  ['of texts', false, (turn) => [answer(turn)]],
  ['of texts, streamed', true, (turn) => [answer(turn)]],
  ['with tools', false, (turn) => [callTool('look_up', { order: `A-${turn % 10}` }), answer(turn)]],
  ['with tools, streamed', true, (turn) => [callTool('look_up', { order: `A-${turn % 10}` }), answer(turn)]],
  ['with a handoff there and back', false, (turn) => [callTool('transfer'), callTool('back'), answer(turn)]],
  [
    'with a handoff there and back, streamed',
    true,
    (turn) => [callTool('transfer'), callTool('back'), answer(turn)],
  ],
];

/** Two agents with long instructions and tools, which are in every request. */
function triage(): Agent {
  const look = tool({
    name: 'look_up',
    description: 'Finds an order. '.repeat(20),
    parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
    execute: ({ order }) => `The order ${order} is paid. ${'It is on its way. '.repeat(5)}`,
  });
  const refunds = new Agent({ name: 'Refunds', instructions: 'Refund what was paid.\n'.repeat(40) });
  const first: Agent = new Agent({
    name: 'Triage',
    instructions: 'Find out what is wanted.\n'.repeat(40),
    functions: [
      look,
      function transfer() {
        return refunds;
      },
    ],
  });
  refunds.functions = [
    look,
    function back() {
      return first;
    },
  ];
  return first;
}

/** Has this many turns, each in a run that continues the last one. */
async function converse(provider: CompletionProvider, turns: number, stream: boolean): Promise<Message[]> {
  const swarm = new Swarm({ provider });
  let [agent, messages]: [Agent, Message[]] = [triage(), []];
  for (let turn = 1; turn <= turns; turn++) {
    messages = [...messages, user(question(turn))];
    if (stream) {
      for await (const event of swarm.run({ agent, messages, stream })) {
        if (!('response' in event)) continue;
        messages = [...messages, ...event.response.messages];
        agent = event.response.agent ?? agent;
      }
    } else {
      const response = await swarm.run({ agent, messages });
      messages = [...messages, ...response.messages];
      agent = response.agent ?? agent;
    }
  }
  return messages;
}

async function record(cassette: string, turns: number, stream: boolean, kind: Kind): Promise<Message[]> {
  const steps = Array.from({ length: turns }, (_, index) => kind(index + 1)).flat();
  using script = scriptedProvider(steps);
  await using provider = recordingProvider(script, { cassette });
  return await converse(provider, turns, stream);
}

test.for(kinds)(
  'in a conversation %s, each of 200 turns takes at most 1.3 times the space of each of 20',
  async ([, stream, kind]) => {
    using folder = new Folder();
    await record(folder.file('short.json'), 20, stream, kind);
    await record(folder.file('long.json'), 200, stream, kind);
    const [short, long] = ['short.json', 'long.json'].map((name) => folder.read(name).length) as [
      number,
      number,
    ];
    // Agents and tools are stored once, so in the long cassette they add less to each turn. They are not counted.
    const common = JSON.stringify({
      agents: folder.json('long.json').agents,
      tools: folder.json('long.json').tools,
    }).length;
    expect((long - common) / 200).toBeLessThanOrEqual(((short - common) / 20) * 1.3);
  },
);

test('a long conversation is replayed to its end', async () => {
  using folder = new Folder();
  const first = await record(folder.file(), 100, true, kinds[5]![2]);
  using provider = replayProvider(folder.file());
  expect(await converse(provider, 100, true)).toEqual(first);
});

test('instructions and tools are stored once, however often they are sent', async () => {
  using folder = new Folder();
  await record(folder.file(), 20, false, kinds[4]![2]);
  const { agents, tools, lanes } = folder.json();
  expect(Object.keys(agents)).toEqual(['Triage', 'Refunds']);
  expect(Object.keys(tools)).toEqual(['look_up', 'transfer', 'back']);
  expect(lanes).toHaveLength(1);
  expect(folder.read().split('"Finds an order.')).toHaveLength(2);
});

test('a request is stored with its new messages only', async () => {
  using folder = new Folder();
  await record(folder.file(), 20, false, kinds[2]![2]);
  const { interactions } = folder.json().lanes[0]!;
  expect(interactions.map(({ request }) => request.new?.map(({ role }) => role))).toEqual(
    Array.from({ length: 20 }, () => [['user'], undefined]).flat(),
  );
  expect(interactions.every(({ request }) => request.keep === undefined)).toBe(true);
});
