import { Agent, tool, type CompletionProvider, type CompletionRequest } from 'swarmcheck';
import { callTool, callTools, evaluate, say, scriptedProvider, type ModelStep } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { factsOfMistake } from '../support/facts-of.ts';
import { messageOf } from '../support/failures.ts';

const desk = new Agent<{ city?: string }>({
  name: 'Desk',
  instructions: ({ city = 'nowhere' }) => `You sit in ${city}.`,
  functions: [
    tool({
      name: 'weather',
      parameters: { type: 'object', properties: { place: { type: 'string' }, unit: { type: 'string' } } },
      execute() {
        throw new Error('nothing is executed');
      },
    }),
    function mail() {
      throw new Error('nothing is executed');
    },
  ],
});

const textOf = ({ messages }: CompletionRequest) => messages.at(-1)?.content as string;

/** A model that answers by the last message, whatever the order of the requests. */
function model(answers: Record<string, ModelStep | ((nth: number) => ModelStep)>): CompletionProvider {
  const counts = new Map<string, number>();
  return {
    async complete(request, options) {
      const said = textOf(request);
      const nth = (counts.get(said) ?? 0) + 1;
      counts.set(said, nth);
      const answer = answers[said]!;
      return await scriptedProvider([typeof answer === 'function' ? answer(nth) : answer]).complete(
        request,
        options,
      );
    },
    stream() {
      throw new Error('not streamed');
    },
  };
}

test('an evaluation reports the functions called for each case, and how often they are right', async () => {
  const provider = model({
    'Rain?': callTool('weather', { place: 'Oban' }),
    'Hello.': say('Hello!'),
    'Tell Ann.': (nth) => (nth === 2 ? say('I cannot.') : callTool('mail')),
  });
  const evaluation = await evaluate(
    desk,
    [
      { input: 'Rain?', expected: { tool: 'weather', args: { place: 'Oban' } } },
      { input: 'Hello.', expected: null },
      { name: 'a mail', input: 'Tell Ann.', expected: 'mail' },
    ],
    { provider, runs: 4, threshold: 0.9 },
  );
  expect(evaluation.accuracy).toBe(11 / 12);
  expect(evaluation.passed).toBe(true);
  expect(evaluation.failures).toEqual([]);
  expect(evaluation.cases.map(({ name, accuracy }) => [name, accuracy])).toEqual([
    ['Rain?', 1],
    ['Hello.', 1],
    ['a mail', 0.75],
  ]);
  expect(evaluation.cases[2]?.answers).toEqual([
    { called: [{ tool: 'mail', args: {} }], correct: true },
    { called: [], correct: false },
    { called: [{ tool: 'mail', args: {} }], correct: true },
    { called: [{ tool: 'mail', args: {} }], correct: true },
  ]);
  expect(String(evaluation))
    .toBe(`Desk: 91.7 % of the answers are right; the threshold is 90 % (3 cases, 4 runs each)
  ✓ 4/4 "Rain?" → weather({"place":"Oban"})
  ✓ 4/4 "Hello." → no call
  ✗ 3/4 "a mail" → mail; got no call`);
});

test('an evaluation is plain JSON', async () => {
  const evaluation = await evaluate(desk, [{ input: 'Rain?', expected: 'weather' }], {
    provider: model({ 'Rain?': callTool('weather') }),
  });
  expect(JSON.parse(JSON.stringify(evaluation))).toEqual({
    version: 1,
    agent: 'Desk',
    runs: 1,
    accuracy: 1,
    threshold: 1,
    caseThreshold: 0,
    passed: true,
    failures: [],
    cases: [
      {
        name: 'Rain?',
        expected: 'weather',
        accuracy: 1,
        answers: [{ called: [{ tool: 'weather', args: {} }], correct: true }],
      },
    ],
  });
});

test('every answer must be right by default', async () => {
  const evaluation = await evaluate(
    desk,
    [
      { input: 'Rain?', expected: 'weather' },
      { input: 'Hello.', expected: null },
    ],
    { provider: model({ 'Rain?': callTool('mail'), 'Hello.': say('Hello!') }), runs: 2 },
  );
  expect(evaluation.passed).toBe(false);
  expect(evaluation.failures).toEqual([
    '50 % of the answers are right; the threshold is 100 %. Cases with wrong answers:\n  ✗ 0/2 "Rain?" → weather; got mail() (2 times)',
  ]);
});

test('a case below caseThreshold fails the evaluation, even if the total is above threshold', async () => {
  const cases = [
    { input: 'Rain?', expected: 'weather' },
    { input: 'Hello.', expected: null },
  ];
  const provider = model({
    'Rain?': (nth) => (nth === 1 ? callTool('weather') : say('No.')),
    'Hello.': say('Hello!'),
  });
  const evaluation = await evaluate(desk, cases, { provider, runs: 4, threshold: 0.5, caseThreshold: 0.5 });
  expect(evaluation.accuracy).toBe(0.625);
  expect(evaluation.failures).toEqual([
    '25 % of the answers to a case are right; the threshold for each case is 50 %:\n  ✗ 1/4 "Rain?" → weather; got no call (3 times)',
  ]);
});

test('an accuracy equal to the threshold passes', async () => {
  const provider = model({ 'Rain?': (nth) => (nth < 10 ? callTool('weather') : say('No.')) });
  const { passed } = await evaluate(desk, [{ input: 'Rain?', expected: 'weather' }], {
    provider,
    runs: 10,
    threshold: 0.9,
    caseThreshold: 0.9,
  });
  expect(passed).toBe(true);
});

test('an error is left out of the accuracy, and fails the evaluation at any threshold', async () => {
  const provider = model({
    'Rain?': (nth) => {
      if (nth === 1) throw new RangeError('too busy');
      return callTool('weather');
    },
  });
  const evaluation = await evaluate(desk, [{ input: 'Rain?', expected: 'weather' }], {
    provider,
    runs: 3,
    threshold: 0,
    concurrency: 1,
  });
  expect(evaluation.accuracy).toBe(1);
  expect(evaluation.passed).toBe(false);
  expect(evaluation.failures).toEqual(['"Rain?" got no answer 1 of 3 times: RangeError: too busy']);
  expect(String(evaluation)).toContain('✗ 2/3 "Rain?" → weather; got an error (RangeError)');
});

test('the first error of a class is reported in full, with the other cases that have one', async () => {
  const busy = () => {
    throw new RangeError('too busy');
  };
  const odd = () => {
    throw new TypeError('odd');
  };
  const provider = model({ a: busy, b: odd, c: busy, d: say('d') });
  const { failures } = await evaluate(
    desk,
    ['a', 'b', 'c', 'd'].map((input) => ({ input, expected: null })),
    { provider },
  );
  expect(failures).toEqual([
    '"a" got no answer 1 of 1 times: RangeError: too busy\nOther cases with RangeError: "c" (1 of 1 times)',
    '"b" got no answer 1 of 1 times: TypeError: odd',
  ]);
});

test('the error of assertPassed shows the table and the failures', async () => {
  const right = await evaluate(desk, [{ input: 'x', expected: null }], { provider: model({ x: say('x') }) });
  right.assertPassed();
  const wrong = await evaluate(desk, [{ input: 'x', expected: 'mail' }], {
    provider: model({ x: say('x') }),
  });
  expect(() => wrong.assertPassed()).toThrow(
    `The evaluation did not pass.\n\n${String(wrong)}\n\n${wrong.failures.join('\n\n')}`,
  );
});

test('a secret in the input of a case is redacted in its name', async () => {
  const { cases } = await evaluate(desk, [{ input: 'Write to bo@example.org.', expected: null }], {
    provider: scriptedProvider([say('x')]),
  });
  expect(cases[0]?.name).toBe('Write to email-1@redacted.invalid.');
});

test('the accuracy without any answer is 0', async () => {
  const provider = model({});
  const { accuracy, passed } = await evaluate(desk, [{ input: 'Rain?', expected: null }], { provider });
  expect([accuracy, passed]).toEqual([0, false]);
});

const both = callTools([callTool('mail'), callTool('weather', { place: 'Oban', unit: 'C' })]);
for (const [what, step, expected, correct] of [
  ['the expected name', callTool('weather', { place: 'Oban' }), 'weather', true],
  ['another name', callTool('mail'), 'weather', false],
  ['exact arguments', both, ['mail', { tool: 'weather', args: { place: 'Oban' } }], false],
  ['some arguments', both, ['mail', { tool: 'weather', argsContain: { place: 'Oban' } }], true],
  ['several calls in any order', both, ['weather', 'mail'], true],
  ['one call of two', both, 'weather', false],
  ['one call too few', callTool('mail'), ['weather', 'mail'], false],
  ['no call, expected as an empty list,', say('Hi.'), [], true],
  ['a call where none is expected', callTool('mail'), null, false],
  ['the first of several choices', callTool('mail'), { oneOf: ['mail', null] }, true],
  ['no call as one of several choices', say('Which?'), { oneOf: ['mail', null] }, true],
  ['a list of calls as one of several choices', both, { oneOf: ['mail', ['mail', 'weather']] }, true],
  ['none of several choices', callTool('weather'), { oneOf: ['mail', null] }, false],
] as const) {
  test(`${what} is ${correct ? 'right' : 'wrong'}`, async () => {
    const provider = scriptedProvider([step]);
    const { cases } = await evaluate(desk, [{ input: 'x', expected }], { provider });
    expect(cases[0]?.answers[0]?.correct).toBe(correct);
  });
}

test('the model gets the whole conversation and the context, and no function is executed', async () => {
  const provider = scriptedProvider([callTool('weather')]);
  const evaluation = await evaluate(
    desk,
    [
      {
        input: [
          { role: 'user', content: 'Hello.' },
          { role: 'assistant', content: 'Hello!' },
          { role: 'user', content: 'Rain?' },
        ],
        contextVariables: { city: 'Oban' },
        expected: 'weather',
      },
    ],
    { provider, modelOverride: 'small' },
  );
  expect(evaluation.cases[0]?.name).toBe('Rain?');
  expect(provider.requests).toHaveLength(1);
  expect(provider.requests[0]).toMatchObject({
    model: 'small',
    messages: [
      { role: 'system', content: 'You sit in Oban.' },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: 'Rain?' },
    ],
  });
});

test('the context variables of a case replace the ones for all cases', async () => {
  const provider = scriptedProvider([say('x'), say('y')]);
  await evaluate(
    desk,
    [
      { input: 'x', expected: null },
      { input: 'y', expected: null, contextVariables: {} },
    ],
    { provider, contextVariables: { city: 'Mull' } },
  );
  expect(provider.requests.map(({ messages }) => messages[0]?.content)).toEqual([
    'You sit in Mull.',
    'You sit in nowhere.',
  ]);
});

test('each answer is a conversation with a name of its own', async () => {
  const names: (string | undefined)[] = [];
  const inner = model({ 'Rain?': say('No.'), 'Hello.': say('Hello!') });
  const provider: CompletionProvider = {
    ...inner,
    complete(request, options) {
      names.push(options?.conversation);
      return inner.complete(request, options);
    },
  };
  await evaluate(
    desk,
    [
      { input: 'Rain?', expected: null },
      { name: 'a greeting', input: 'Hello.', expected: null },
    ],
    { provider, runs: 2 },
  );
  expect(names).toEqual(['Rain? #1', 'Rain? #2', 'a greeting #1', 'a greeting #2']);
});

test('concurrency limits how many answers are awaited at once, and their order does not matter', async () => {
  const waiting: Array<() => void> = [];
  let most = 0;
  let open = 0;
  const inner = model({ a: say('a'), b: callTool('mail'), c: say('c'), d: say('d') });
  const provider: CompletionProvider = {
    ...inner,
    async complete(request, options) {
      open++;
      most = Math.max(most, open);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // The last request is answered first.
        if (waiting.length === 2 || textOf(request) === 'd')
          waiting
            .splice(0)
            .toReversed()
            .forEach((go) => go());
      });
      open--;
      return await inner.complete(request, options);
    },
  };
  const { cases } = await evaluate(
    desk,
    ['a', 'b', 'c', 'd'].map((input) => ({ input, expected: null })),
    { provider, concurrency: 2 },
  );
  expect(most).toBe(2);
  expect(cases.map(({ name, accuracy }) => [name, accuracy])).toEqual([
    ['a', 1],
    ['b', 0],
    ['c', 1],
    ['d', 1],
  ]);
});

test('a factory makes an agent for each answer', async () => {
  let made = 0;
  const { agent } = await evaluate(
    async () => {
      made++;
      return new Agent({ name: `Fresh` });
    },
    [{ input: 'x', expected: null }],
    { provider: scriptedProvider([say('1'), say('2'), say('3')]), runs: 3 },
  );
  expect([agent, made]).toEqual(['Fresh', 3]);
});

const never: CompletionProvider = {
  complete: (_request, options) =>
    new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
    }),
  stream() {
    throw new Error('not streamed');
  },
};

test('an answer that does not come is reported after the time limit', async () => {
  const { failures } = await evaluate(desk, [{ input: 'Rain?', expected: null }], {
    provider: never,
    timeoutMs: 5,
  });
  expect(failures[0]).toContain(
    '"Rain?" got no answer 1 of 1 times: ScenarioTimeoutError: The case "Rain?" was stopped after 5 ms, waiting for the answer.',
  );
});

test('a factory that never settles or rejects, or a dispose that rejects, counts as an error', async () => {
  const hanging = await evaluate(() => new Promise<Agent>(() => {}), [{ input: 'Rain?', expected: null }], {
    provider: never,
    timeoutMs: 5,
  });
  expect(hanging.failures[0]).toContain('was stopped after 5 ms, waiting for the agent factory.');
  const failing = await evaluate(
    () => new Agent({ dispose: () => Promise.reject(new Error('still in use')) }),
    [{ input: 'Rain?', expected: null }],
    { provider: scriptedProvider([say('No.')]) },
  );
  expect(failing.failures[0]).toContain('Error: still in use');
  const rejected = await evaluate(
    () => Promise.reject(new Error('no database')),
    [{ input: 'x', expected: null }],
    {
      provider: never,
    },
  );
  expect(rejected.failures[0]).toContain('Error: no database');
});

test('no further request is made after a case that expects an unknown function', async () => {
  let asked = 0;
  const provider: CompletionProvider = {
    complete: () => {
      asked++;
      return new Promise(() => {});
    },
    stream() {
      throw new Error('not streamed');
    },
  };
  const cases = Array.from({ length: 20 }, (_item, index) => ({
    input: `case ${index}`,
    expected: index === 2 ? 'wether' : null,
  }));
  expect(await messageOf(() => evaluate(desk, cases, { provider, concurrency: 3 }))).toBe(
    'The case "case 2" expects the function "wether", which the agent "Desk" does not have. Did you mean "weather"? Its functions: weather, mail.',
  );
  expect(asked).toBe(2);
});

test('an agent from a factory is disposed of if a case expects a function that it does not have', async () => {
  let disposed = 0;
  const making = () => new Agent({ name: 'Made', dispose: () => void disposed++ });
  const evaluating = evaluate(making, [{ input: 'x', expected: 'mail' }], { provider: never });
  expect(await factsOfMistake(() => evaluating, 'known')).toEqual({
    error: 'ExpectationError',
    tool: 'mail',
    agent: 'Made',
    known: [],
  });
  expect(disposed).toBe(1);
});

test('percentages have enough digits to show that they differ', async () => {
  const provider = model({ 'Rain?': (nth) => (nth === 1 ? say('No.') : callTool('weather')) });
  const { failures } = await evaluate(desk, [{ input: 'Rain?', expected: 'weather' }], {
    provider,
    runs: 3000,
    threshold: 0.9999,
  });
  expect(failures[0]).toContain('99.967 % of the answers are right; the threshold is 99.99 %.');
});

test('an aborted evaluation rejects with the reason', async () => {
  const stopping = new AbortController();
  const evaluating = evaluate(desk, [{ input: 'Rain?', expected: null }], {
    provider: never,
    signal: stopping.signal,
  });
  const reason = new Error('enough');
  stopping.abort(reason);
  await expect(evaluating).rejects.toBe(reason);
});
