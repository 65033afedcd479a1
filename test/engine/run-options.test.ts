import { expect, test } from 'vitest';
import { Agent, Swarm, type RunOptions } from 'swarmcheck';
import { scriptedProvider } from 'swarmcheck/testing';
import { rejectedWith } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

const swarm = new Swarm({ provider: scriptedProvider([]) });
const fine = { agent: new Agent(), messages: [] };

const wrong: Record<string, [given: unknown, facts: object]> = {
  'no options': [undefined, { given: 'undefined' }],
  'a string': ['hi', { given: 'the string "hi"' }],
  'an agent in place of the options': [new Agent(), { given: 'an Agent' }],
  'no agent': [{ messages: [] }, { field: 'agent', given: 'undefined' }],
  'an object like an agent': [
    { ...fine, agent: { name: 'Sales' } },
    { field: 'agent', given: 'an object' },
  ],
  'no messages': [{ agent: fine.agent }, { field: 'messages', given: 'undefined' }],
  'a text as messages': [
    { ...fine, messages: 'hi' },
    { field: 'messages', given: 'the string "hi"' },
  ],
  'a text as a message': [
    { ...fine, messages: ['hi'] },
    { field: 'messages[0]', given: 'the string "hi"' },
  ],
  'a message without a role': [
    { ...fine, messages: [{ role: 'user', content: 'hi' }, { content: 'hi' }] },
    { field: 'messages[1]' },
  ],
  'context variables of null': [
    { ...fine, contextVariables: null },
    { field: 'contextVariables', given: 'null' },
  ],
  'context variables that are text': [
    { ...fine, contextVariables: 'a' },
    { field: 'contextVariables', given: 'the string "a"' },
  ],
  'context variables that are a list': [
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
  'a misspelt option': [
    { ...fine, modelOveride: 'm' },
    { field: 'modelOveride', suggestion: 'modelOverride' },
  ],
};

for (const [words, [given, facts]] of Object.entries(wrong)) {
  test(`run rejects ${words}, and says what was expected`, async () => {
    const error = await rejectedWith(swarm.run(given as RunOptions));
    expect(factsOf(error)).toEqual({ error: 'UsageError', ...facts });
  });
}

test('options of undefined are as good as absent', async () => {
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

test('run never throws at once, but rejects', () => {
  const promise = swarm.run('hi' as unknown as RunOptions);
  expect(promise).toBeInstanceOf(Promise);
  return expect(promise).rejects.toThrow(TypeError);
});

test.for([
  { role: 'developer', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  { role: 'assistant', refusal: 'No.' },
  { role: 'function', name: 'ping', content: null },
] as const)('the message $role with what it may have is taken', async (message) => {
  const messages = [message] as unknown as RunOptions['messages'];
  expect(await swarm.run({ ...fine, messages, maxTurns: 0 })).toMatchObject({ stopReason: 'max_turns' });
});
