import { expect, test } from 'vitest';
import { Agent, Swarm, tool } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, scriptedProvider, traceOf, user } from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

/** The hash in the format of version 1. If it changes, every hash that users have stored becomes invalid. */
const frozen = '46d773def8adc49c29c0d547709a42feba03443adf8b7f5aba4f8b8091068de9';

test('the hash of a fixed run never changes', async () => {
  expect((await traceDesk()).hash).toBe(frozen);
});

test('the hash is 64 hexadecimal digits, the same at each read', async () => {
  const trace = await traceDesk();
  expect(trace.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(trace.hash).toBe(trace.hash);
});

test('two equal runs have the same hash', async () => {
  expect((await traceDesk()).hash).toBe((await traceDesk()).hash);
});

test('a streamed run has the same hash as an unstreamed one', async () => {
  expect((await traceDesk({ stream: true })).hash).toBe((await traceDesk()).hash);
});

test('a run that fails has the same hash, streamed or not', async () => {
  const steps = [callTool('look_up'), modelFails({ kind: 'status', status: 503 })];
  expect((await traceDesk({ steps, stream: true })).hash).toBe((await traceDesk({ steps })).hash);
});

test('usage does not change the hash', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const without = await traceDesk({ steps: [say('hi')] });
  expect((await traceDesk({ steps: [say('hi', { usage })] })).hash).toBe(without.hash);
});

test('latency does not change the hash', async () => {
  expect((await traceDesk({ steps: [say('hi', { latencyMs: 5 })] })).hash).toBe(
    (await traceDesk({ steps: [say('hi')] })).hash,
  );
});

test('the order of context variables does not change the hash', async () => {
  const one = await traceDesk({ contextVariables: { ticket: 5, user: { first: 'Ann', last: 'Lee' } } });
  const other = await traceDesk({ contextVariables: { user: { last: 'Lee', first: 'Ann' }, ticket: 5 } });
  expect(one.hash).toBe(other.hash);
});

test('the order of context variables does not change the hash when tools delete them', async () => {
  const hashOf = async (contextVariables: object) => {
    const agent = new Agent({
      functions: [
        function forget(context) {
          delete context['a'];
          delete context['b'];
        },
      ],
    });
    return (await runScenario({ agent, contextVariables, steps: [user('x'), callTool('forget'), say('ok')] }))
      .trace.hash;
  };
  expect(await hashOf({ a: 1, b: 2 })).toBe(await hashOf({ b: 2, a: 1 }));
});

test('the order of keys in a message does not change the hash', async () => {
  const one = await traceDesk({ messages: [{ role: 'user', content: 'hi' }] });
  const other = await traceDesk({ messages: [{ content: 'hi', role: 'user' }] });
  expect(one.hash).toBe(other.hash);
});

test('an undefined field does not change the hash', async () => {
  const { name, ...message } = { role: 'user' as const, content: 'hi', name: undefined };
  const one = await traceDesk({ messages: [{ ...message, ...({ name } as object) }] });
  expect(one.hash).toBe((await traceDesk({ messages: [message] })).hash);
});

test('the order of keys in a schema does not change the hash', async () => {
  const hashOf = async (parameters: { type: 'object'; properties: Record<string, object> }) => {
    const agent = new Agent({ functions: [tool({ name: 'a', parameters, execute: () => '' })] });
    return traceOf(await new Swarm({ provider: scriptedProvider([say('hi')]) }).run({ agent, messages: [] }))
      .hash;
  };
  const one = await hashOf({
    type: 'object',
    properties: { x: { type: 'string', description: 'X' }, y: {} },
  });
  const other = await hashOf({
    properties: { y: {}, x: { description: 'X', type: 'string' } },
    type: 'object',
  });
  expect(one).toBe(other);
});

test('the order of tools changes the hash, because the model sees it', async () => {
  const [a, b] = ['a', 'b'].map((name) => tool({ name, execute: () => '' }));
  const hashOf = async (functions: (typeof a)[]) => {
    const agent = new Agent({ functions: functions.flatMap((each) => each ?? []) });
    return traceOf(await new Swarm({ provider: scriptedProvider([say('hi')]) }).run({ agent, messages: [] }))
      .hash;
  };
  expect(await hashOf([a, b])).not.toBe(await hashOf([b, a]));
});

test('one run of two turns and two runs of one turn have different hashes', async () => {
  const agent = new Agent({ name: 'Desk', functions: [tool({ name: 'a', execute: () => 'x' })] });
  const one = await runScenario({ agent, steps: [user('x'), callTool('a'), say('ok')] });
  const two = await runScenario({ agent, steps: [user('x'), say('ok'), user('x'), say('ok')] });
  expect(one.trace.hash).not.toBe(two.trace.hash);
});

test('reading the hash does not change the trace, and reading the trace does not change the hash', async () => {
  const [one, other] = [await traceDesk(), await traceDesk()];
  const hashFirst = [one.hash, JSON.stringify(one)];
  const jsonFirst = [JSON.stringify(other), other.hash];
  expect(hashFirst).toEqual(jsonFirst.toReversed());
});

test('changing the response afterwards does not change the hash', async () => {
  const response = await new Swarm({ provider: scriptedProvider([say('hi')]) }).run({
    agent: new Agent(),
    messages: [],
  });
  const again = await new Swarm({ provider: scriptedProvider([say('hi')]) }).run({
    agent: new Agent(),
    messages: [],
  });
  response.messages[0]!.content = 'changed';
  response.contextVariables['changed'] = true;
  expect(traceOf(response).hash).toBe(traceOf(again).hash);
});
