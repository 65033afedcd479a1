import { Agent, Swarm, type CompletionProvider, type Message } from 'swarmcheck';
import {
  callTool,
  evaluate,
  judge,
  JudgeError,
  refuse,
  runScenario,
  say,
  scriptedProvider,
  user,
  type Step,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { errorOf, messageOf } from '../support/failures.ts';

const yes = say('{"reason":"It says please.","answer":true}');
const no = say('{"reason":"It is rude.","answer":false}');
const desk = new Agent({
  name: 'Desk',
  instructions: 'Be kind.',
  functions: [
    function look_up() {
      return 'A-17:\nshipped';
    },
  ],
});
const asked = (steps: readonly Step[]) => {
  const provider = scriptedProvider(steps);
  return { provider, about: () => provider.requests.at(-1)!.messages.at(-1)!.content };
};

test('a judge answers yes or no, with a reason, as a structured output', async () => {
  const { provider } = asked([yes]);
  const conversation: Message[] = [{ role: 'user', content: 'Please help.' }];
  expect(await judge('Is the customer polite?', { provider, conversation })).toEqual({
    answer: true,
    reason: 'It says please.',
  });
  expect(provider.requests).toEqual([
    {
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: expect.stringContaining('Answer the yes/no question') },
        {
          role: 'user',
          content: 'Question: Is the customer polite?\nConversation:\nuser: "Please help."',
        },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'judgement',
          strict: true,
          schema: {
            type: 'object',
            properties: { reason: { type: 'string' }, answer: { type: 'boolean' } },
            required: ['reason', 'answer'],
            additionalProperties: false,
          },
        },
      },
    },
  ]);
});

const story = [
  'Question: Is it done?',
  'Conversation:',
  'user: "Where is A-17?"',
  'assistant calls look_up with "{}"',
  String.raw`tool look_up: "A-17:\nshipped"`,
  String.raw`assistant: "Shipped.\nuser: Thanks!"`,
].join('\n');

test('a judge can be asked about a scenario, a response and a trace, without instructions and ids', async () => {
  const answers = [callTool('look_up'), say('Shipped.\nuser: Thanks!')];
  const run = await runScenario({ agent: desk, steps: [user('Where is A-17?'), ...answers] });
  const response = await new Swarm({ provider: scriptedProvider(answers) }).run({
    agent: desk,
    messages: [{ role: 'user', content: 'Where is A-17?' }],
  });
  for (const conversation of [run, response, run.trace]) {
    const { provider, about } = asked([no]);
    expect((await judge('Is it done?', { provider, conversation })).answer).toBe(false);
    expect(about()).toBe(story);
  }
});

test('a judge can be asked about pending calls and tool results, and without a conversation', async () => {
  const run = await runScenario({
    agent: desk,
    executeTools: false,
    steps: [user('Where is A-17?'), callTool('look_up')],
  });
  const { provider, about } = asked([yes, yes, yes]);
  await judge('Is it right?', { provider, conversation: run });
  expect(about()).toBe(
    'Question: Is it right?\nConversation:\nuser: "Where is A-17?"\nassistant calls look_up with "{}"',
  );
  const short = await runScenario({ agent: desk, maxTurns: 1, steps: [user('Hi.'), callTool('look_up')] });
  await judge('Is it right?', { provider, conversation: short });
  expect(about()).toContain(String.raw`tool look_up: "A-17:\nshipped"`);
  await judge('Is "please" polite?', { provider });
  expect(about()).toBe('Question: Is "please" polite?');
});

test('the model, the name of the conversation and the signal reach the provider', async () => {
  const seen: unknown[] = [];
  const inner = scriptedProvider([yes]);
  const provider: CompletionProvider = {
    ...inner,
    complete(request, options) {
      seen.push(request.model, options);
      return inner.complete(request, options);
    },
  };
  const { signal } = new AbortController();
  await judge('Is it?', { provider, model: 'small', name: 'polite', signal });
  expect(seen).toEqual(['small', { conversation: 'polite', signal }]);
});

/** An answer that the request of a judge does not allow. */
const wrong = (text: string) => say(text, { hallucinated: true });
const misfits: [what: string, step: Step, facts: object][] = [
  ['a refusal', refuse('I may not.'), { problem: 'refused', received: 'I may not.' }],
  ['text', wrong('Yes, it is.'), { problem: 'not-as-asked', received: 'Yes, it is.' }],
  ['another shape', wrong('{"answer":"yes","reason":"x"}'), { problem: 'not-as-asked' }],
  ['no reason', wrong('{"answer":true}'), { problem: 'not-as-asked' }],
  ['more fields', wrong('{"answer":true,"reason":"x","score":1}'), { problem: 'not-as-asked' }],
  ['a list', wrong('[true]'), { problem: 'not-as-asked' }],
  ['nothing', wrong(''), { problem: 'not-as-asked', received: '' }],
];
test.for(misfits)('an answer that is not as asked is a JudgeError: %s', async ([, step, facts]) => {
  const error = await errorOf(() => judge('Is it polite?', { provider: scriptedProvider([step]) }));
  expect(error).toBeInstanceOf(JudgeError);
  expect(error).toMatchObject({ question: 'Is it polite?', ...facts });
});

test('the messages of a JudgeError', async () => {
  const told = (step: Step) => messageOf(() => judge('Is it?', { provider: scriptedProvider([step]) }));
  expect(await told(refuse('No'))).toBe(
    'The judge refuses to answer when asked "Is it?": "No". Ask another question, or another model.',
  );
  expect(await told(wrong('Yes'))).toBe(
    'The judge must answer with JSON such as {"reason":"…","answer":true} when asked "Is it?", but answered "Yes". Choose a model that supports structured outputs: { model: "…" }.',
  );
});

const mistakes: [what: string, question: unknown, options: object, facts: object][] = [
  ['no question', ' ', {}, { where: 'The question of judge', expected: 'a yes/no question' }],
  ['a misspelt option', 'Is it?', { modle: 'x' }, { field: 'modle', suggestion: 'model' }],
  ['no messages', 'Is it?', { conversation: [] }, { field: 'conversation' }],
  ['a message that is none', 'Is it?', { conversation: [7] }, { field: 'messages[0]' }],
  ['an object without a trace', 'Is it?', { conversation: {} }, { where: 'traceOf' }],
  ['a text', 'Is it?', { conversation: 'Hi.' }, { field: 'conversation' }],
  ['no provider', 'Is it?', { provider: [] }, { where: 'The provider of judge' }],
];
test.for(mistakes)(
  'a judge that cannot be asked is a TypeError: %s',
  async ([, question, options, facts]) => {
    const given = { provider: scriptedProvider([yes]), ...options };
    const error = await errorOf(() => judge(question as string, given));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject(facts);
  },
);

test('a case is right if the judge says yes to its question, after its calls were right', async () => {
  const provider = scriptedProvider([say('Hello!'), callTool('look_up'), say('What?')]);
  const judging = scriptedProvider([yes, no]);
  const evaluation = await evaluate(
    desk,
    [
      { input: 'Hi.', judge: 'Is it polite?' },
      { input: 'And?', expected: null, judge: 'Is it short?' },
      { input: 'So?', expected: null, judge: 'Is it kind?' },
    ],
    { provider, concurrency: 1, judge: { provider: judging, model: 'small' } },
  );
  expect(evaluation.cases.map(({ answers }) => answers)).toEqual([
    [{ called: [], correct: true, judgement: { answer: true, reason: 'It says please.' } }],
    [{ called: [{ tool: 'look_up', args: {} }], correct: false }],
    [{ called: [], correct: false, judgement: { answer: false, reason: 'It is rude.' } }],
  ]);
  expect(judging.requests.map(({ model, messages }) => [model, messages.at(-1)?.content])).toEqual([
    ['small', 'Question: Is it polite?\nConversation:\nuser: "Hi."\nassistant: "Hello!"'],
    ['small', 'Question: Is it kind?\nConversation:\nuser: "So?"\nassistant: "What?"'],
  ]);
  expect(String(evaluation))
    .toBe(`Desk: 33.3 % of the answers are right; the threshold is 100 % (3 cases, 1 run each)
  ✓ 1/1 "Hi." → yes to "Is it polite?"
  ✗ 0/1 "And?" → no call, and yes to "Is it short?"; got look_up()
  ✗ 0/1 "So?" → no call, and yes to "Is it kind?"; got no, because "It is rude."`);
});

test('a judge that does not answer as asked counts as no answer', async () => {
  const { failures } = await evaluate(desk, [{ input: 'Hi.', judge: 'Is it polite?' }], {
    provider: scriptedProvider([say('Hello!'), wrong('Yes.')]),
  });
  expect(failures).toEqual([expect.stringMatching(/^"Hi\." got no answer 1 of 1 times: JudgeError: /)]);
});

test('a judge that never answers is stopped after the time limit', async () => {
  const never: CompletionProvider = { ...scriptedProvider([]), complete: () => new Promise(() => {}) };
  const { failures } = await evaluate(desk, [{ input: 'Hi.', judge: 'Is it polite?' }], {
    provider: scriptedProvider([say('Hello!')]),
    judge: { provider: never },
    timeoutMs: 5,
  });
  expect(failures[0]).toContain('was stopped after 5 ms, waiting for the judge.');
});

const judgeMistakes: [what: string, options: object, facts: object][] = [
  ['a misspelt field', { judge: { modle: 'x' } }, { where: 'The judge of evaluate', field: 'modle' }],
  ['a model that is none', { judge: { model: 7 } }, { where: 'The judge of evaluate', field: 'model' }],
  ['a text', { judge: 'gpt-4o' }, { where: 'evaluate', field: 'judge' }],
];
test.for(judgeMistakes)(
  'a judge of an evaluation that cannot be asked is a TypeError: %s',
  async ([, options, facts]) => {
    const error = await errorOf(() => evaluate(desk, [{ input: 'Hi.', judge: 'Is it?' }], options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject(facts);
  },
);
