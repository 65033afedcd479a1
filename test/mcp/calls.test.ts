import { getEventListeners } from 'node:events';
import { mcpTools } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { rejectedWith } from '../support/failures.ts';
import { never, onFakeClock } from '../support/waiting.ts';
import { called } from '../support/called.ts';
import { bothClients } from './support.ts';

test.for(bothClients)('the server gets the arguments as the model sent them, %s', async ([, connected]) => {
  const calls: unknown[] = [];
  const schema = { type: 'object', properties: { order: { type: 'object' } } };
  const { client } = await connected({
    pages: [[{ name: 'orders/look.up', inputSchema: schema }]],
    call(...[name, args]) {
      calls.push([name, args]);
      return { content: [] };
    },
  });
  await called(await mcpTools(client), 'orders_look_up', { order: { id: 'A-17', lines: [1, null] } });
  expect(calls).toEqual([['orders/look.up', { order: { id: 'A-17', lines: [1, null] } }]]);
});

test.for(bothClients)('aborting a run cancels the call at the server, %s', async ([, connected]) => {
  const aborter = new AbortController();
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));
  const { client } = await connected({
    call: (_name, _args, signal) => {
      signal.addEventListener('abort', cancel);
      aborter.abort('enough');
      return new Promise(() => {});
    },
  });
  const run = called(await mcpTools(client), 'look', {}, { signal: aborter.signal });
  expect(await rejectedWith(run)).toBe('enough');
  await cancelled;
});

test.for(bothClients)('a call leaves no listener on the signal of its run, %s', async ([, connected]) => {
  const { signal } = new AbortController();
  const { client } = await connected({});
  const tools = await mcpTools(client);
  await called(tools, 'look', {}, { signal });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test.for(bothClients)(
  'a call that exceeds its time limit is an error that names the limit, %s',
  async ([, connected]) => {
    const { client } = await connected({ call: never });
    const call = async () => {
      const tools = await mcpTools(client, { timeoutMs: 20 });
      const start = Date.now();
      return [await called(tools, 'look'), Date.now() - start];
    };
    const told = 'Error: Tool look failed: The MCP server did not answer within 20 ms (timeoutMs).';
    expect(await onFakeClock(call)).toMatchObject([{ content: told, error: 'threw' }, 20]);
  },
);

test.for(bothClients)(
  'a connection that closes during a call is an error of the call, %s',
  async ([, connected]) => {
    const gone = {
      content: 'Error: Tool look failed: The MCP server is gone: its connection is closed.',
    };
    const { client, server } = await connected({
      call: () => {
        void server.close();
        return new Promise(() => {});
      },
    });
    const tools = await mcpTools(client);
    expect(await called(tools, 'look')).toMatchObject(gone);
    expect(await called(tools, 'look')).toMatchObject(gone);
  },
);

test('a wrapped client is called according to its version', async () => {
  const options: unknown[] = [];
  const wrapped = {
    listTools: async () => ({ tools: [{ name: 'look', inputSchema: {} }] }),
    callTool: async (...given: unknown[]) => {
      options.push(given.slice(1));
      return { content: [] };
    },
  };
  await called(await mcpTools(wrapped), 'look');
  await called(await mcpTools({ ...wrapped, getProtocolEra: () => 'modern' } as typeof wrapped), 'look');
  const sent = { timeout: 60_000, signal: expect.any(AbortSignal) as unknown };
  expect(options).toEqual([[undefined, sent], [sent]]);
});
