/** How `ConversationDriver` continues a conversation from one run to the next. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Result, runDemoLoop, Swarm, type CompletionRequest } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, scriptedProvider, user } from 'swarmcheck/testing';
import { ConversationDriver } from '../../src/engine/run/conversation-driver.ts';

const triage = new Agent({ name: 'Triage' });
const refunds = new Agent({ name: 'Refunds' });
const hello = { role: 'user', content: 'hello' } as const;
const answer = { role: 'assistant', content: 'hi', sender: 'Refunds' } as const;

test('a run gets the messages of the user, and the next run continues from its response', async () => {
  const driver = new ConversationDriver({ agent: triage, messages: [hello], contextVariables: { n: 1 } });
  const inputs: unknown[] = [];
  const response = { agent: refunds, messages: [answer], contextVariables: { n: 2 } };
  const run = async (input: object) => {
    inputs.push(input);
    return response;
  };
  expect(await driver.send(['a', 'b'], run)).toBe(response);
  await driver.send([], run);
  const said = [hello, { role: 'user', content: 'a' }, { role: 'user', content: 'b' }];
  expect(inputs).toEqual([
    { agent: triage, messages: said, contextVariables: { n: 1 } },
    { agent: refunds, messages: [...said, answer], contextVariables: { n: 2 } },
  ]);
  expect(driver.state.messages).toEqual([...said, answer, answer]);
});

test('a rejected run changes nothing', async () => {
  const driver = new ConversationDriver({ agent: triage, messages: [hello], contextVariables: {} });
  const before = driver.state;
  const error = new Error('no answer');
  await expect(driver.send(['more'], () => Promise.reject(error))).rejects.toBe(error);
  expect(driver.state).toBe(before);
});

test('sending a message does not change a state that was read before', async () => {
  const driver = new ConversationDriver({ agent: triage, messages: [hello], contextVariables: {} });
  const { messages } = driver.state;
  await driver.send(['more'], async (input) => ({ ...input, messages: [answer] }));
  expect(messages).toEqual([hello]);
});

test('Conversation, runScenario and runDemoLoop send the model the same requests', async () => {
  const steps = [
    user('I want my money back.'),
    callTool('transfer_to_refunds'),
    say('Which order?'),
    user('A-17'),
    modelFails({ kind: 'status', status: 429 }),
    user('A-17, please.'),
    say('Done.'),
  ];
  const answers = steps.filter((step) => !('user' in step));
  const said = ['I want my money back.', 'A-17', 'A-17, please.'];
  const agent = new Agent({
    name: 'Triage',
    functions: [
      function transfer_to_refunds() {
        return new Result({ agent: refunds, contextVariables: { reason: 'refund' } });
      },
    ],
  });
  const asked: (readonly CompletionRequest[])[] = [];
  const left: unknown[] = [];

  const talked = scriptedProvider(answers);
  const conversation = new Conversation({ swarm: new Swarm({ provider: talked }), agent });
  for (const content of said) await conversation.send(content).catch(() => undefined);
  asked.push(talked.requests);
  left.push(conversation.contextVariables);

  const run = await runScenario({ agent, steps });
  asked.push(run.trace.requests.map(({ request }) => request));
  left.push(run.response?.contextVariables);

  const typed = scriptedProvider(answers);
  const output = { write: () => true };
  const input = said.map((line) => `${line}\n`);
  const held = await runDemoLoop(agent, { provider: typed, input, output });
  asked.push(typed.requests);
  left.push(held.contextVariables);

  expect(asked[0]?.map(({ messages }) => messages.map(({ role }) => role).join(' '))).toEqual([
    'system user',
    'system user assistant tool',
    'system user assistant tool assistant user',
    'system user assistant tool assistant user',
  ]);
  expect(asked[1]).toEqual(asked[0]);
  expect(asked[2]).toEqual(asked[0]);
  expect(left).toEqual([{ reason: 'refund' }, { reason: 'refund' }, { reason: 'refund' }]);
});
