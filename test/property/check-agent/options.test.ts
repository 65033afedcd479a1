import { Agent, tool } from 'swarmcheck';
import { externalAgent, type AgentUnderTest } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { checkAgent } from '../../../src/property/check-agent/check-agent.ts';
import { defineCheck } from '../../../src/property/check-agent/define-check.ts';
import type { CheckOptions } from '../../../src/property/check-agent/options.ts';
import { messageOf } from '../../support/failures.ts';

const agent = new Agent();
const app = externalAgent(() => Promise.resolve());

test.each<[string, unknown, string]>([
  [
    'an unknown option',
    { run: 5 },
    'checkAgent has no option "run". Did you mean "runs"? Its options: runs, seed, ',
  ],
  ['no object', 5, 'checkAgent takes its options as an object, but was given the number 5.'],
  [
    'no runs',
    { runs: 0 },
    'The option "runs" of checkAgent must be a whole number above 0, but is the number 0.',
  ],
  ['half a run', { runs: 0.5 }, 'must be a whole number above 0, but is the number 0.5.'],
  ['infinite runs', { runs: Infinity }, 'must be a whole number above 0, but is the number Infinity.'],
  ['runs as a text', { runs: '5' }, 'must be a whole number above 0, but is the string "5".'],
  ['a seed as text', { seed: 'abc' }, 'The option "seed" of checkAgent must be a whole number of 32 bits'],
  ['a seed that is too long', { seed: 2 ** 40 }, 'must be a whole number of 32 bits'],
  [
    'a malformed path',
    { path: '1/2' },
    'must be the path of a failure, such as "4:0:1", but is the string "1/2".',
  ],
  [
    'no time',
    { maxDurationMs: 0 },
    'The option "maxDurationMs" of checkAgent must be a number of milliseconds above 0',
  ],
  [
    'no time-out',
    { timeoutMs: -1 },
    'The option "timeoutMs" of checkAgent must be a number of milliseconds above 0',
  ],
  ['no name', { name: ' ' }, 'The option "name" of checkAgent must be a string with something in it'],
  ['no turn', { maxTurns: 0 }, 'The option "maxTurns" of checkAgent must be a whole number above 0'],
  [
    'variables that are a list',
    { contextVariables: [] },
    'The contextVariables of checkAgent must be an object',
  ],
  [
    'a list of tools',
    { tools: [tool({ name: 'x', execute: () => '' })] },
    'The option "tools" of checkAgent must be an object that has a stand-in for each name',
  ],
  ['an undefined stub', { tools: { pay: undefined } }, 'The stub "pay" is undefined.'],
  [
    'an unknown feature',
    { features: { unicod: true } },
    'checkAgent has no feature "unicod". Did you mean "unicode"?',
  ],
  [
    'an unknown invariant',
    { invariants: ['turns-within-limits'] },
    'checkAgent knows no invariant "turns-within-limits". Did you mean "turns-within-limit"? There are: every-call-answered-once, ',
  ],
  [
    'an invariant that is a function',
    { invariants: [() => {}] },
    'checkAgent knows no invariant a function.',
  ],
  [
    'an invariant in place of a list',
    { invariants: 'turns-within-limit' },
    '"all", "none", or a list of their names, but is the string "turns-within-limit". Write ["turns-within-limit"].',
  ],
  [
    'invariants as a list',
    { always: [() => {}] },
    'must be an object that has a function for each name, but is an array of 1 item. Write { "what must hold": (run) => … }.',
  ],
  [
    'an invariant that is not a function',
    { always: { mine: true } },
    'must be an object that has a function for each name, but is an object. Its "mine" is the boolean true.',
  ],
  ['a sometimes that is not a function', { sometimes: { mine: 'x' } }, 'Its "mine" is the string "x".'],
  ['no folder', { failures: '' }, 'The option "failures" of checkAgent must be the path of a folder'],
])('%s is a mistake', async (_what, options, message) => {
  expect(await messageOf(() => checkAgent(agent, options as CheckOptions))).toContain(message);
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'The agent of checkAgent must be an Agent, but is undefined.'],
  ['a class', Agent, 'The agent of checkAgent must be an Agent, but is the class Agent. Write new Agent(…).'],
  ['a scenario', { agent, steps: [] }, 'The agent of checkAgent must be an Agent, but is an object.'],
])('%s is not an agent', async (_what, given, message) => {
  expect(await messageOf(() => checkAgent(given as AgentUnderTest))).toContain(message);
});

test.each<[string, CheckOptions, string]>([
  [
    'turns',
    { maxTurns: 5 },
    'checkAgent was given "maxTurns" for an externalAgent, whose app decides on it itself.',
  ],
  ['tools', { tools: { pay: 'paid' } }, 'checkAgent was given "tools" for an externalAgent'],
  ['variables', { contextVariables: {} }, 'checkAgent was given "contextVariables" for an externalAgent'],
  [
    'an invariant of our run loop',
    { invariants: ['turns-within-limit'] },
    'The invariant "turns-within-limit" is one of swarmcheck\'s own run loop. For an externalAgent there are: every-call-answered-once',
  ],
])('%s cannot be given for an app of another SDK', async (_what, options, message) => {
  expect(await messageOf(() => checkAgent(app, options))).toContain(message);
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
  expect(await messageOf(() => checkAgent(new Agent(), check))).toContain(
    'checkAgent has no option "agent".',
  );
});
