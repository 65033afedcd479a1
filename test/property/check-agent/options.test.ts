import { Agent, tool } from 'swarmcheck';
import { externalAgent, type AgentUnderTest } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { checkAgent } from '../../../src/property/check-agent/check-agent.ts';
import { defineCheck } from '../../../src/property/check-agent/define-check.ts';
import type { CheckOptions } from '../../../src/property/check-agent/options.ts';
import { factsOfMistake } from '../../support/facts-of.ts';

const agent = new Agent();
const app = externalAgent(() => Promise.resolve());

const count = 'a whole number above 0';
const milliseconds = 'a number of milliseconds above 0';
const bits = 'a 32-bit whole number';
const functions = 'an object with a function for each name';

test.each<[string, unknown, object]>([
  ['an unknown option', { run: 5 }, { field: 'run', suggestion: 'runs' }],
  ['no object', 5, { expected: 'an object', given: 'the number 5' }],
  ['no runs', { runs: 0 }, { field: 'runs', expected: count, given: 'the number 0' }],
  ['half a run', { runs: 0.5 }, { field: 'runs', expected: count, given: 'the number 0.5' }],
  ['infinite runs', { runs: Infinity }, { field: 'runs', expected: count, given: 'the number Infinity' }],
  ['runs as a text', { runs: '5' }, { field: 'runs', expected: count, given: 'the string "5"' }],
  ['a seed as text', { seed: 'abc' }, { field: 'seed', expected: bits, given: 'the string "abc"' }],
  [
    'a seed that is too long',
    { seed: 2 ** 40 },
    { field: 'seed', expected: bits, given: 'the number 1099511627776' },
  ],
  [
    'a malformed path',
    { path: '1/2' },
    { field: 'path', expected: 'the path of a failure, such as "4:0:1"', given: 'the string "1/2"' },
  ],
  [
    'no time',
    { maxDurationMs: 0 },
    { field: 'maxDurationMs', expected: milliseconds, given: 'the number 0' },
  ],
  ['no time-out', { timeoutMs: -1 }, { field: 'timeoutMs', expected: milliseconds, given: 'the number -1' }],
  [
    'no name',
    { name: ' ' },
    { field: 'name', expected: 'a string that is not blank', given: 'the string " "' },
  ],
  ['no turn', { maxTurns: 0 }, { field: 'maxTurns', expected: count, given: 'the number 0' }],
  [
    'variables that are a list',
    { contextVariables: [] },
    { field: 'contextVariables', expected: 'an object', given: 'an array of 0 items' },
  ],
  [
    'a list of tools',
    { tools: [tool({ name: 'x', execute: () => '' })] },
    { field: 'tools', expected: 'an object with a stub for each tool name', given: 'an array of 1 item' },
  ],
  ['an undefined stub', { tools: { pay: undefined } }, { tool: 'pay', given: 'undefined' }],
  ['an unknown feature', { features: { unicod: true } }, { field: 'unicod', suggestion: 'unicode' }],
  [
    'an unknown invariant',
    { invariants: ['turns-within-limits'] },
    {
      field: 'invariants',
      given: 'the string "turns-within-limits"',
      suggestion: 'turns-within-limit',
    },
  ],
  [
    'an invariant that is a function',
    { invariants: [() => {}] },
    { field: 'invariants', given: 'a function' },
  ],
  [
    'an invariant in place of a list',
    { invariants: 'turns-within-limit' },
    {
      field: 'invariants',
      expected: '"all", "none", or a list of names of invariants',
      given: 'the string "turns-within-limit"',
    },
  ],
  [
    'invariants as a list',
    { always: [() => {}] },
    { field: 'always', expected: functions, given: 'an array of 1 item' },
  ],
  [
    'an invariant that is not a function',
    { always: { mine: true } },
    { field: 'always', expected: functions, given: 'an object' },
  ],
  [
    'a sometimes that is not a function',
    { sometimes: { mine: 'x' } },
    { field: 'sometimes', expected: functions, given: 'an object' },
  ],
  [
    'no folder',
    { failures: '' },
    { field: 'failures', expected: 'the path of a folder', given: 'the string ""' },
  ],
])('%s is a mistake', async (_what, options, facts) => {
  expect(await factsOfMistake(() => checkAgent(agent, options as CheckOptions), 'expected')).toEqual({
    error: 'UsageError',
    ...facts,
  });
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'undefined'],
  ['a class', Agent, 'the class Agent'],
  ['a scenario', { agent, steps: [] }, 'an object'],
])('%s is not an agent', async (_what, none, given) => {
  expect(await factsOfMistake(() => checkAgent(none as AgentUnderTest))).toEqual({
    error: 'UsageError',
    field: 'agent',
    given,
  });
});

test.each<[string, CheckOptions, object]>([
  ['turns', { maxTurns: 5 }, { field: 'maxTurns' }],
  ['tools', { tools: { pay: 'paid' } }, { field: 'tools' }],
  ['variables', { contextVariables: {} }, { field: 'contextVariables' }],
  [
    'an invariant of our run loop',
    { invariants: ['turns-within-limit'] },
    { field: 'invariants', given: 'the string "turns-within-limit"' },
  ],
])('%s cannot be given for an app of another SDK', async (_what, options, facts) => {
  expect(await factsOfMistake(() => checkAgent(app, options))).toEqual({ error: 'UsageError', ...facts });
});

test('an undefined option counts as missing', async () => {
  const options = Object.fromEntries(
    ['runs', 'seed', 'path', 'maxDurationMs', 'name', 'tools', 'always', 'invariants', 'failures'].map(
      (name) => [name, undefined],
    ),
  );
  expect(await checkAgent(agent, { ...options, runs: 3 })).toMatchObject({ runs: 3 });
});

test('checkAgent takes the object that defineCheck returns as its options', async () => {
  const check = defineCheck({ agent, runs: 3 });
  expect(await checkAgent(check.agent, check)).toMatchObject({ runs: 3 });
  expect(await factsOfMistake(() => checkAgent(new Agent(), check))).toEqual({
    error: 'UsageError',
    field: 'agent',
  });
});
