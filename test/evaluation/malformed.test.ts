import { Agent } from 'swarmcheck';
import {
  evaluate,
  say,
  scriptedProvider,
  type EvaluateOptions,
  type EvaluationCase,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';

const agent = new Agent({ name: 'Desk' });
const fine: EvaluationCase = { input: 'Hi.', expected: null };

/** As somebody without types writes it. */
const evaluating = (cases: unknown, options: unknown = {}, given: unknown = agent) =>
  evaluate(given as Agent, cases as EvaluationCase[], options as EvaluateOptions);

test.each<[what: string, cases: unknown, message: string]>([
  ['no list', fine, 'The cases of evaluate must be a list, but is an object.'],
  ['an empty list', [], 'evaluate was given no cases.'],
  ['a text in place of a case', ['Hi.'], 'Case 1 of evaluate must be an object such as'],
  ['no input', [{ expected: null }], 'Case 1 of evaluate has no "input".'],
  ['an empty input', [{ input: '', expected: null }], 'has a field "input" that must be what the user says'],
  ['no expectation', [{ input: 'Hi.' }], 'Case 1 of evaluate has no "expected".'],
  ['an unknown field', [fine, { ...fine, tool: 'x' }], 'Case 2 of evaluate has an unknown field "tool".'],
  ['a message without a role', [{ input: [{ content: 'Hi.' }], expected: null }], 'Case 1 of evaluate'],
  [
    'a number as the expectation',
    [{ ...fine, expected: 3 }],
    'Case 1 of evaluate must expect the name of a function',
  ],
  [
    'a call without a tool',
    [{ ...fine, expected: { args: {} } }],
    'what Case 1 of evaluate expects has no "tool"',
  ],
  ['a mistyped pattern', [{ ...fine, expected: { tool: 'x', arg: {} } }], 'has an unknown field "arg"'],
  ['an empty choice', [{ ...fine, expected: { oneOf: [] } }], 'must be a list of at least one answer'],
  ['context that is none', [{ ...fine, contextVariables: 'x' }], 'Case 1 of evaluate'],
  [
    'one name twice',
    [fine, fine],
    'Cases 1 and 2 of evaluate have one name, "Hi.". Give each a name of its own',
  ],
])('%s is refused', async (_what, cases, message) => {
  await expect(evaluating(cases, { provider: scriptedProvider([say('Hi.')]) })).rejects.toThrow(message);
  await expect(evaluating(cases)).rejects.toBeInstanceOf(TypeError);
});

test.each<[what: string, options: unknown, message: string]>([
  ['an unknown option', { run: 3 }, 'evaluate has no option "run". Did you mean "runs"?'],
  ['half a run', { runs: 0.5 }, '"runs" that must be a whole number above 0'],
  [
    'a threshold in percent',
    { threshold: 90 },
    'must be a number from 0 to 1, but is the number 90. Write 0.9.',
  ],
  ['a provider that is none', { provider: {} }, 'The provider of evaluate must have the methods'],
  ['no concurrency', { concurrency: 0 }, '"concurrency" that must be a whole number above 0'],
])('%s is refused', async (_what, options, message) => {
  await expect(evaluating([fine], options)).rejects.toThrow(message);
});

test('what is no agent is refused', async () => {
  await expect(evaluating([fine], {}, { name: 'Desk' })).rejects.toThrow('The agent of evaluate must be');
  await expect(evaluating([fine], {}, () => undefined)).rejects.toThrow('Is a "return" missing?');
});
