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

/** evaluate without its types, as JavaScript calls it. */
const evaluating = (cases: unknown, options: unknown = {}, given: unknown = agent) =>
  evaluate(given as Agent, cases as EvaluationCase[], options as EvaluateOptions);

test.each<[what: string, cases: unknown, message: string]>([
  ['a case instead of a list', fine, 'The cases of evaluate must be a list, but is an object.'],
  ['an empty list', [], 'evaluate was given no cases.'],
  ['a text in place of a case', ['Hi.'], 'Case 1 of evaluate must be an object such as'],
  ['a case without input', [{ expected: null }], 'Case 1 of evaluate has no "input".'],
  ['an empty input', [{ input: '', expected: null }], 'has a field "input" that must be what the user says'],
  ['a case without an expectation', [{ input: 'Hi.' }], 'Case 1 of evaluate has no "expected".'],
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
  ['a string as the context variables', [{ ...fine, contextVariables: 'x' }], 'Case 1 of evaluate'],
  [
    'a name that two cases share',
    [fine, fine],
    'Cases 1 and 2 of evaluate have one name, "Hi.". Give each a name of its own',
  ],
])('in the cases, %s is refused', async (_what, cases, message) => {
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
  ['a provider without its methods', { provider: {} }, 'The provider of evaluate must have the methods'],
  ['a concurrency of 0', { concurrency: 0 }, '"concurrency" that must be a whole number above 0'],
])('in the options, %s is refused', async (_what, options, message) => {
  await expect(evaluating([fine], options)).rejects.toThrow(message);
});

test('a value that is not an agent is refused', async () => {
  await expect(evaluating([fine], {}, { name: 'Desk' })).rejects.toThrow('The agent of evaluate must be');
  await expect(evaluating([fine], {}, () => undefined)).rejects.toThrow('Is a "return" missing?');
});
