import { expect, test } from 'vitest';
import { Agent, Swarm, type RunOptions } from 'swarmcheck';
import { scriptedProvider } from 'swarmcheck/testing';
import { rejectedWith } from '../support/failures.ts';

const swarm = new Swarm({ provider: scriptedProvider([]) });
const fine = { agent: new Agent(), messages: [] };
const options =
  'Its options: agent, messages, contextVariables, modelOverride, maxTurns, executeTools, debug, signal, conversation, stream.';

const wrong: Record<string, [given: unknown, error: Error]> = {
  'no options': [
    undefined,
    new TypeError('run takes one object: run({ agent, messages }). It was given undefined.'),
  ],
  'a string': [
    'hi',
    new TypeError('run takes one object: run({ agent, messages }). It was given the string "hi".'),
  ],
  'an agent in place of the options': [
    new Agent(),
    new TypeError('run takes one object: run({ agent, messages }). It was given an Agent.'),
  ],
  'no agent': [{ messages: [] }, new TypeError('The agent of a run must be an Agent, but is undefined.')],
  'an object like an agent': [
    { ...fine, agent: { name: 'Sales' } },
    new TypeError('The agent of a run must be an Agent, but is an object.'),
  ],
  'no messages': [
    { agent: fine.agent },
    new TypeError('The messages of a run must be a list, not undefined.'),
  ],
  'a text as messages': [
    { ...fine, messages: 'hi' },
    new TypeError('The messages of a run must be a list, not the string "hi".'),
  ],
  'a text as a message': [
    { ...fine, messages: ['hi'] },
    new TypeError(
      'Message 0 (messages[0]) of a run must be an object with a role, but is the string "hi". Write { role: "user", content: "hi" }.',
    ),
  ],
  'a message without a role': [
    { ...fine, messages: [{ role: 'user', content: 'hi' }, { content: 'hi' }] },
    new TypeError('Message 1 (messages[1]) of a run has no role. Write { role: "user", content: "hi" }.'),
  ],
  'context variables of null': [
    { ...fine, contextVariables: null },
    new TypeError('The contextVariables of a run must be an object, not null.'),
  ],
  'context variables that are text': [
    { ...fine, contextVariables: 'a' },
    new TypeError('The contextVariables of a run must be an object, not the string "a".'),
  ],
  'context variables that are a list': [
    { ...fine, contextVariables: [] },
    new TypeError('The contextVariables of a run must be an object, not an array of 0 items.'),
  ],
  'context variables that are a Map': [
    { ...fine, contextVariables: new Map() },
    new TypeError('The contextVariables of a run must be an object, not a Map.'),
  ],
  "Python's max_turns": [
    { ...fine, max_turns: 2 },
    new TypeError(`run has no option "max_turns". Did you mean "maxTurns"? ${options}`),
  ],
  "Python's context_variables": [
    { ...fine, context_variables: {} },
    new TypeError(`run has no option "context_variables". Did you mean "contextVariables"? ${options}`),
  ],
  'a misspelt option': [
    { ...fine, modelOveride: 'm' },
    new TypeError(`run has no option "modelOveride". Did you mean "modelOverride"? ${options}`),
  ],
};

for (const [words, [given, error]] of Object.entries(wrong)) {
  test(`run rejects ${words}, and says what was expected`, async () => {
    expect(await rejectedWith(swarm.run(given as RunOptions))).toEqual(error);
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
