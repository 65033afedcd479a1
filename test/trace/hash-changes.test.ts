import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callTool, callTools, modelFails, refuse, say, type Step } from 'swarmcheck/testing';
import { deskSteps, traceDesk, type DeskRun } from './desk.ts';
import { assertProperty } from '../support/property.ts';

const [first, second] = deskSteps as [Step, Step];

const changes: [what: string, change: DeskRun][] = [
  ['a message of the user', { messages: [{ role: 'user', content: 'Where is my refund' }] }],
  [
    'the number of messages',
    {
      messages: [
        { role: 'user', content: 'Where is my refund?' },
        { role: 'user', content: '' },
      ],
    },
  ],
  ['the name of a user', { messages: [{ role: 'user', content: 'Where is my refund?', name: 'ann' }] }],
  ['the instructions', { instructions: 'Help the user' }],
  ['the name of the agent', { name: 'Help desk' }],
  ['the model', { model: 'gpt-4o-mini' }],
  ['modelOverride', { modelOverride: 'gpt-4o-mini' }],
  ['the description of a tool', { description: 'Finds an order' }],
  ['the type of an argument', { schema: { orderId: {} } }],
  ['an unused property of a schema', { schema: { orderId: { type: 'string' }, deep: { type: 'string' } } }],
  ['the result of a tool', { answer: { status: 'open' } }],
  ['the whitespace of a result', { answer: '{"status": "paid"}' }],
  ['a context variable', { contextVariables: { ticket: 6 } }],
  ['an unused context variable', { contextVariables: { ticket: 5, user: 'Ann' } }],
  ['the limit on turns', { maxTurns: 3 }],
  ['executeTools', { executeTools: false, steps: [first] }],
  ['the last answer', { steps: [first, second, say('Your refund is on its way!')] }],
  ['whether an answer is a refusal', { steps: [first, second, refuse('Your refund is on its way.')] }],
  [
    'the text beside a call',
    { steps: [callTool('look_up', { orderId: 'A-17' }), second, say('Your refund is on its way.')] },
  ],
  [
    'an argument',
    {
      steps: [
        callTool('look_up', { orderId: 'A-18' }, { say: 'One moment.' }),
        second,
        say('Your refund is on its way.'),
      ],
    },
  ],
  [
    'the id of a call',
    {
      steps: [
        callTool('look_up', { orderId: 'A-17' }, { say: 'One moment.', id: 'mine' }),
        second,
        say('Your refund is on its way.'),
      ],
    },
  ],
  [
    'the order of two calls',
    {
      steps: [
        first,
        callTools([callTool('transfer_to_refunds'), callTool('close_ticket')]),
        say('Your refund is on its way.'),
      ],
    },
  ],
  [
    'a finish reason',
    { steps: [first, second, say('Your refund is on its way.', { finishReason: 'length' })] },
  ],
  ['whether the run fails at its end', { steps: [first, second, modelFails({ kind: 'reset' })] }],
  ['whether the last answer is empty', { steps: [first, second, say('')] }],
];

test.for(changes)('the hash depends on %s', async ([, change]) => {
  expect((await traceDesk(change)).hash).not.toBe((await traceDesk()).hash);
});

test('all these changes give different hashes', async () => {
  const hashes = await Promise.all(changes.map(async ([, change]) => (await traceDesk(change)).hash));
  expect(new Set(hashes).size).toBe(changes.length);
});

const content = fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string({ maxLength: 5 }));
const answer: fc.Arbitrary<Step> = fc.oneof(
  content.map((text) => callTool('look_up', { orderId: text })),
  fc.tuple(content, content).map(([text, args]) => callTool('look_up', args, { say: text })),
  content.map((text) => callTool('nowhere', { text }, { hallucinated: true })),
);
const conversation = fc.record({ answers: fc.array(answer, { maxLength: 5 }), last: content });

test('different scripts have different hashes, and equal scripts have equal hashes', async () => {
  await assertProperty(
    fc.asyncProperty(conversation, conversation, async (left, right) => {
      const [one, other] = [
        [...left.answers, say(left.last)],
        [...right.answers, say(right.last)],
      ];
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect((await traceDesk({ steps: one })).hash === (await traceDesk({ steps: other })).hash).toBe(same);
    }),
    { seed: 3, numRuns: 150 },
  );
});

test('replacing any single step changes the hash', async () => {
  await assertProperty(
    fc.asyncProperty(conversation, answer, fc.nat(4), async ({ answers, last }, another, place) => {
      const index = place % (answers.length + 1);
      const changed = answers.toSpliced(index, 1, another);
      fc.pre(JSON.stringify(changed) !== JSON.stringify(answers));
      const [one, other] = [
        await traceDesk({ steps: [...answers, say(last)] }),
        await traceDesk({ steps: [...changed, say(last)] }),
      ];
      expect(one.hash).not.toBe(other.hash);
      const { index: at, left, right } = one.diff(other)!;
      expect(left).not.toEqual(right);
      expect(one.events[at]).not.toEqual(other.events[at]);
    }),
    { seed: 4, numRuns: 150 },
  );
});

test('two traces have equal hashes if and only if they do not differ', async () => {
  const context = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 3,
  });
  await assertProperty(
    fc.asyncProperty(context, context, async (left, right) => {
      const [one, other] = [
        await traceDesk({ contextVariables: left }),
        await traceDesk({ contextVariables: right }),
      ];
      expect(one.diff(other) === undefined).toBe(one.hash === other.hash);
    }),
    { seed: 5, numRuns: 200 },
  );
});
