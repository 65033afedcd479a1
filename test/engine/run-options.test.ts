import { expect, test } from 'vitest';
import { Agent, Swarm, type RunOptions } from 'swarmcheck';
import { scriptedProvider } from 'swarmcheck/testing';
import { rejectedWith } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

const swarm = new Swarm({ provider: scriptedProvider([]) });
const fine = { agent: new Agent(), messages: [] };

const wrong: Record<string, [given: unknown, facts: object]> = {
  'missing options': [undefined, { given: 'undefined' }],
  'a string': ['hi', { given: 'the string "hi"' }],
  'an agent in place of the options': [new Agent(), { given: 'an Agent' }],
  'a missing agent': [{ messages: [] }, { field: 'agent', given: 'undefined' }],
  'an object that resembles an agent': [
    { ...fine, agent: { name: 'Sales' } },
    { field: 'agent', given: 'an object' },
  ],
  'missing messages': [{ agent: fine.agent }, { field: 'messages', given: 'undefined' }],
  'messages that are a string': [
    { ...fine, messages: 'hi' },
    { field: 'messages', given: 'the string "hi"' },
  ],
  'a message that is a string': [
    { ...fine, messages: ['hi'] },
    { field: 'messages[0]', given: 'the string "hi"' },
  ],
  'a message without a role': [
    { ...fine, messages: [{ role: 'user', content: 'hi' }, { content: 'hi' }] },
    { field: 'messages[1]' },
  ],
  'context variables that are null': [
    { ...fine, contextVariables: null },
    { field: 'contextVariables', given: 'null' },
  ],
  'context variables that are a string': [
    { ...fine, contextVariables: 'a' },
    { field: 'contextVariables', given: 'the string "a"' },
  ],
  'context variables that are an array': [
    { ...fine, contextVariables: [] },
    { field: 'contextVariables', given: 'an array of 0 items' },
  ],
  'context variables that are a Map': [
    { ...fine, contextVariables: new Map() },
    { field: 'contextVariables', given: 'a Map' },
  ],
  "Python's max_turns": [
    { ...fine, max_turns: 2 },
    { field: 'max_turns', suggestion: 'maxTurns' },
  ],
  "Python's context_variables": [
    { ...fine, context_variables: {} },
    { field: 'context_variables', suggestion: 'contextVariables' },
  ],
  'a misspelled option': [
    { ...fine, modelOveride: 'm' },
    { field: 'modelOveride', suggestion: 'modelOverride' },
  ],
};

for (const [words, [given, facts]] of Object.entries(wrong)) {
  test(`run rejects ${words} with a UsageError`, async () => {
    const error = await rejectedWith(swarm.run(given as RunOptions));
    expect(factsOf(error)).toEqual({ error: 'UsageError', ...facts });
  });
}

test('an option that is undefined counts as absent', async () => {
  const absent = {
    contextVariables: undefined,
    modelOverride: undefined,
    executeTools: undefined,
    debug: undefined,
    signal: undefined,
    conversation: undefined,
    stream: undefined,
  };
  expect(await swarm.run({ ...fine, maxTurns: 0, ...absent })).toMatchObject({
    contextVariables: {},
    messages: [],
  });
});

test('run rejects instead of throwing synchronously', () => {
  const promise = swarm.run('hi' as unknown as RunOptions);
  expect(promise).toBeInstanceOf(Promise);
  return expect(promise).rejects.toThrow(TypeError);
});

test.for([
  { role: 'developer', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  { role: 'assistant', refusal: 'No.' },
  { role: 'function', name: 'ping', content: null },
] as const)('a valid message of the role $role is accepted', async (message) => {
  const messages = [message] as unknown as RunOptions['messages'];
  expect(await swarm.run({ ...fine, messages, maxTurns: 0 })).toMatchObject({ stopReason: 'max_turns' });
});
