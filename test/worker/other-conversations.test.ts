/** While a thread computes, other conversations continue. */
import { Agent, Swarm, tool } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { workerTool } from 'swarmcheck/worker';
import { expect, test } from 'vitest';

const url = new URL('./modules/tools.ts', import.meta.url);
const parameters = { type: 'object', additionalProperties: true } as const;
const messages = [{ role: 'user' as const, content: 'Go.' }];

/** Conversations with in-process tools that yield to the event loop. */
async function others(order: string[]): Promise<void> {
  const pause = tool({
    name: 'pause',
    execute: () => new Promise<void>((resolve) => setImmediate(resolve)),
  });
  const conversations = Array.from({ length: 20 }, async () => {
    const provider = scriptedProvider([callTool('pause'), callTool('pause'), say('Done.')]);
    await new Swarm({ provider }).run({ agent: new Agent({ functions: [pause] }), messages });
    order.push('another');
  });
  await Promise.all(conversations);
}

test('other conversations complete while a call waits for its thread', async () => {
  const gate = new SharedArrayBuffer(8);
  const state = new Int32Array(gate);
  const order: string[] = [];
  const agent = new Agent({ functions: [workerTool(url, 'wait_at_gate')] });
  const provider = scriptedProvider([callTool('wait_at_gate'), say('Done.')]);
  const run = new Swarm({ provider })
    .run({ agent, messages, contextVariables: { gate } })
    .then(({ messages: [, { content } = { content: '' }] }) => order.push(`through: ${content as string}`));
  // The thread blocks in its function until the lines below open the gate.
  while (Atomics.load(state, 1) === 0) await new Promise((resolve) => setImmediate(resolve));
  await others(order);
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
  await run;
  expect(order).toEqual([...Array.from({ length: 20 }, () => 'another'), 'through: through']);
});

test('a call whose thread computes for 200 ms is answered after the conversations that did not wait for it', async () => {
  const compute = workerTool(url, 'compute', { parameters });
  const order: string[] = [];
  const computing = Array.from({ length: 2 }, async () => {
    const provider = scriptedProvider([callTool('compute', { ms: 200 }), say('Done.')]);
    await new Swarm({ provider }).run({ agent: new Agent({ functions: [compute] }), messages });
    order.push('computing');
  });
  await others(order);
  await Promise.all(computing);
  expect(order).toEqual([...Array.from({ length: 20 }, () => 'another'), 'computing', 'computing']);
});
