/** Several calls of the same tools: each gets its own result. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Result, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import { callTool, callTools, replayProvider, replayTools, say } from 'swarmcheck/testing';
import { toolContents } from '../../support/runs.ts';
import { Folder } from '../folder.ts';
import { record } from '../replay/tapes.ts';
import { recordRun, runAgain } from './recorded.ts';

const parameters = { type: 'object', properties: { city: { type: 'string' } } } as const;

/** An agent with a tool that gives another result each time, for the same arguments. */
function counter(): Agent {
  let count = 0;
  return new Agent({
    functions: [
      tool({ name: 'next', parameters, execute: async ({ city }) => `${String(city)} ${++count}` }),
      tool({
        name: 'note',
        parameters,
        execute: ({ city }, { contextVariables }) => {
          contextVariables['cities'] = [...((contextVariables['cities'] as unknown[]) ?? []), city];
          return new Result({ value: 'noted', contextVariables: { last: city } });
        },
      }),
    ],
  });
}

/** The same agent, with tools that fail. */
function offline(): Agent {
  const agent = counter();
  const fail = () => {
    throw new Error('offline');
  };
  agent.functions = agent.functions.map((one) => tool({ name: one.name, parameters, execute: fail }));
  return agent;
}

const ask = (city: string, name = 'next') => callTool(name, { city });

test('equal calls in one answer get their own results', async () => {
  using folder = new Folder();
  await recordRun(folder, counter(), [callTools([ask('Rome'), ask('Rome'), ask('Oslo')]), say('Done.')]);
  const response = await runAgain(folder, offline(), 'replay');
  expect(toolContents(response)).toEqual(['Rome 1', 'Rome 2', 'Oslo 3']);
});

test('equal calls in one answer after the other get their own results', async () => {
  using folder = new Folder();
  await recordRun(folder, counter(), [ask('Rome'), ask('Rome'), ask('Rome'), say('Done.')]);
  const response = await runAgain(folder, offline(), 'replay');
  expect(toolContents(response)).toEqual(['Rome 1', 'Rome 2', 'Rome 3']);
});

test('calls with the same id are distinguished by their place', async () => {
  using folder = new Folder();
  const again = callTool('next', { city: 'Rome' }, { id: 'call_same' });
  await recordRun(folder, counter(), [again, again, say('Done.')]);
  const response = await runAgain(folder, offline(), 'replay');
  expect(toolContents(response)).toEqual(['Rome 1', 'Rome 2']);
});

test('several tools in one answer give their results, and all of their changes to the context', async () => {
  using folder = new Folder();
  const calls = callTools([ask('Rome', 'note'), ask('Rome'), ask('Oslo', 'note')]);
  const first = await recordRun(folder, counter(), [calls, say('Done.')]);
  const second = await runAgain(folder, offline(), 'replay');
  expect(toolContents(second)).toEqual(['noted', 'Rome 1', 'noted']);
  expect(second.contextVariables).toEqual({ cities: ['Rome', 'Oslo'], last: 'Oslo' });
  expect(second.contextVariables).toEqual(first.contextVariables);
});

test('with "verify", the new changes to the context are not added to the recorded ones', async () => {
  using folder = new Folder();
  const calls = callTools([ask('Rome', 'note'), ask('Oslo', 'note')]);
  await recordRun(folder, counter(), [calls, say('Done.')]);
  const { contextVariables } = await runAgain(folder, counter(), 'verify');
  expect(contextVariables).toEqual({ cities: ['Rome', 'Oslo'], last: 'Oslo' });
});

test('context variables that a tool sets in one turn are there in the next', async () => {
  using folder = new Folder();
  const steps = [ask('Rome', 'note'), ask('Oslo', 'note'), say('Done.')];
  await recordRun(folder, counter(), steps);
  const { contextVariables } = await runAgain(folder, offline(), 'replay');
  expect(contextVariables).toEqual({ cities: ['Rome', 'Oslo'], last: 'Oslo' });
});

/** Sends two messages in one conversation, and returns the results of the tools. */
async function converse(provider: CompletionProvider, agent: Agent): Promise<unknown[]> {
  const conversation = new Conversation({ swarm: new Swarm({ provider }), agent });
  const first = await conversation.send('Rome?');
  const second = await conversation.send('Once more?');
  return [...toolContents(first), ...toolContents(second)];
}

test('equal calls in two runs of a conversation get their own results', async () => {
  using folder = new Folder();
  const steps = [ask('Rome'), say('One.'), ask('Rome'), say('Two.')];
  await record(folder.file(), steps, (provider) => converse(provider, counter()));
  using provider = replayProvider(folder.file());
  const agent = replayTools(offline(), folder.file(), 'replay');
  expect(await converse(provider, agent)).toEqual(['Rome 1', 'Rome 2']);
});

test('an agent in several conversations at once gets the results of each', async () => {
  using folder = new Folder();
  const cities = ['Rome', 'Oslo', 'Bern', 'Lima'];
  const runs = async (provider: CompletionProvider, agent: Agent, order: readonly string[]) =>
    await Promise.all(
      order.map(async (city) => {
        const messages = [{ role: 'user' as const, content: city }];
        const response = await new Swarm({ provider }).run({ agent, messages, conversation: city });
        return [city, toolContents(response)] as const;
      }),
    );
  const steps = [
    ...cities.map(
      () =>
        ({ messages }: { messages: { content?: unknown }[] }) =>
          ask(messages.at(-1)?.content as string),
    ),
    ...cities.map(() => say('Done.')),
  ];
  const first = await record(folder.file(), steps, (provider) => runs(provider, counter(), cities));
  using provider = replayProvider(folder.file());
  const agent = replayTools(offline(), folder.file(), 'replay');
  const second = await runs(provider, agent, cities.toReversed());
  expect(new Map(second)).toEqual(new Map(first));
});
