import { Agent } from 'swarmcheck';
import {
  evaluate,
  say,
  scriptedProvider,
  type EvaluateOptions,
  type EvaluationCase,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';
import { errorOf } from '../support/failures.ts';

const agent = new Agent({ name: 'Desk' });
const fine: EvaluationCase = { input: 'Hi.', expected: null };

/** evaluate without its types, as JavaScript calls it. */
const evaluating = (cases: unknown, options: unknown = {}, given: unknown = agent) =>
  evaluate(given as Agent, cases as EvaluationCase[], options as EvaluateOptions);

const needed = 'Case 1 of evaluate';
const count = 'a whole number above 0';

test.each<[what: string, cases: unknown, facts: object, message?: string]>([
  [
    'no list',
    fine,
    { where: 'The cases of evaluate', expected: 'a list', given: 'an object' },
    'The cases of evaluate must be a list, but is an object.',
  ],
  [
    'an empty list',
    [],
    { where: 'evaluate', field: 'cases' },
    'evaluate was given no cases. Write at least one.',
  ],
  [
    'a text in place of a case',
    ['Hi.'],
    {
      where: needed,
      expected: 'an object such as { input: "…", expected: "…" }',
      given: 'the string "Hi."',
    },
  ],
  [
    'no input',
    [{ expected: null }],
    { where: needed, field: 'input' },
    'Case 1 of evaluate has no "input". Write what the user says.',
  ],
  [
    'an empty input',
    [{ input: '', expected: null }],
    {
      where: needed,
      field: 'input',
      expected: 'what the user says, or a list of messages',
      given: 'the string ""',
    },
  ],
  [
    'a case without an expectation',
    [{ input: 'Hi.' }],
    { where: needed, field: 'expected' },
    'Case 1 of evaluate has no "expected". Write the name of a function, or null if the model should call none, or a question for a judge: { judge: "…" }.',
  ],
  ['an unknown field', [fine, { ...fine, tool: 'x' }], { where: 'Case 2 of evaluate', field: 'tool' }],
  [
    'a message without a role',
    [{ input: [{ content: 'Hi.' }], expected: null }],
    { where: needed, field: 'messages[0]', expected: 'role' },
  ],
  [
    'a number as the expectation',
    [{ ...fine, expected: 3 }],
    {
      where: needed,
      field: 'expected',
      expected:
        'the name of a function, { tool, args }, { tool, argsContain }, a list of these, { oneOf: […] } or null',
      given: 'the number 3',
    },
    'Case 1 of evaluate must expect the name of a function, { tool, args }, { tool, argsContain }, a list of these, { oneOf: […] } or null, but expects the number 3.',
  ],
  [
    'a call without a tool',
    [{ ...fine, expected: { args: {} } }],
    { where: 'Item 1 of what Case 1 of evaluate expects', field: 'tool' },
  ],
  [
    'a mistyped pattern',
    [{ ...fine, expected: { tool: 'x', arg: {} } }],
    { where: 'Item 1 of what Case 1 of evaluate expects', field: 'arg', suggestion: 'args' },
  ],
  [
    'an empty choice',
    [{ ...fine, expected: { oneOf: [] } }],
    {
      where: 'Case 1 of evaluate, in "expected",',
      field: 'oneOf',
      expected: 'a list of at least one answer',
      given: 'an array of 0 items',
    },
  ],
  [
    'a string as the context variables',
    [{ ...fine, contextVariables: 'x' }],
    { where: needed, field: 'contextVariables', expected: 'an object', given: 'the string "x"' },
  ],
  [
    'a name that two cases share',
    [fine, fine],
    { where: 'evaluate', field: 'cases[1].name', given: 'Hi.' },
    'Cases 1 and 2 of evaluate have the same name, "Hi.". Give each case its own name: { name: "…" }.',
  ],
])('in the cases, %s is refused', async (_what, cases, facts, message) => {
  const provider = scriptedProvider([say('Hi.')]);
  for (const options of [{ provider }, {}]) {
    const error = await errorOf(() => evaluating(cases, options));
    expect(factsOf(error, 'where', 'expected')).toEqual({ error: 'UsageError', ...facts });
    expect(error.message).toBe(message ?? error.message);
  }
});

test.each<[what: string, options: unknown, facts: object, message?: string]>([
  ['an unknown option', { run: 3 }, { field: 'run', suggestion: 'runs' }],
  ['half a run', { runs: 0.5 }, { field: 'runs', expected: count, given: 'the number 0.5' }],
  [
    'a threshold in percent',
    { threshold: 90 },
    { field: 'threshold', expected: 'a number from 0 to 1', given: 'the number 90' },
    'evaluate has a field "threshold" that must be a number from 0 to 1, but is the number 90. Write 0.9.',
  ],
  [
    'a provider without its methods',
    { provider: {} },
    { expected: 'the methods complete and stream', given: 'an object' },
  ],
  [
    'a concurrency of 0',
    { concurrency: 0 },
    { field: 'concurrency', expected: count, given: 'the number 0' },
  ],
])('in the options, %s is refused', async (_what, options, facts, message) => {
  const error = await errorOf(() => evaluating([fine], options));
  expect(factsOf(error, 'expected')).toEqual({ error: 'UsageError', ...facts });
  expect(error.message).toBe(message ?? error.message);
});

test('a value that is not an agent is refused', async () => {
  expect(await factsOfMistake(() => evaluating([fine], {}, { name: 'Desk' }))).toEqual({
    error: 'UsageError',
    field: 'agent',
    given: 'an object',
  });
  expect(await factsOfMistake(() => evaluating([fine], {}, () => undefined))).toEqual({
    error: 'NoAgentError',
    given: 'undefined',
  });
});
