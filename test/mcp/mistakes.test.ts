import { mcpTools, type McpClient } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { messageOf } from '../support/failures.ts';
import { bothClients, client1, client2, connected1 } from './support.ts';

const never = (given: unknown) => given as never;

const notClients: Record<string, [client: unknown, message: string]> = {
  'a promise': [
    Promise.resolve(),
    'mcpTools takes a connected client of an MCP server, but was given a Promise. Is an "await" missing? Write: await client.connect(transport), then await mcpTools(client).',
  ],
  'a URL': [
    'http://127.0.0.1/mcp',
    'mcpTools takes a connected client of an MCP server, but was given the string "http://127.0.0.1/mcp". Write: await client.connect(transport), then await mcpTools(client).',
  ],
  nothing: [
    undefined,
    'mcpTools takes a connected client of an MCP server, but was given undefined. Write: await client.connect(transport), then await mcpTools(client).',
  ],
};

test.for(Object.entries(notClients))('%s in place of a client is refused', async ([, [client, message]]) => {
  expect(await messageOf(() => mcpTools(never(client)))).toBe(message);
});

test.for([
  ['version 1', client1],
  ['version 2', client2],
] as const)('a client that is not connected is refused, %s', async ([, makeClient]) => {
  expect(await messageOf(() => mcpTools(makeClient()))).toBe(
    'The client given to mcpTools is not connected, so that it knows no tools. Write before: await client.connect(transport).',
  );
});

const mistakes: Record<string, [options: object, message: string]> = {
  'an option that nobody reads': [
    { exclude: ['a'] },
    'mcpTools has no option "exclude". Its options: only, except, prefix, timeoutMs.',
  ],
  'a list as options': [
    ['a'],
    'mcpTools takes its options as an object, but was given an array of 1 item. Its options: only, except, prefix, timeoutMs.',
  ],
  'a name in place of a list': [
    { only: 'look' },
    'The "only" of mcpTools must be a list of names, such as ["echo"], but is the string "look".',
  ],
  '"only" beside "except"': [
    { only: ['look'], except: ['look'] },
    'mcpTools takes "only" or "except", and was given both. Keep one of them.',
  ],
  'a name that is nearly one': [
    { only: ['lok'] },
    'The MCP server "double" has no tool "lok", which "only" names. Did you mean "look"? Its tools: look, long.',
  ],
  'a name to leave out that is not there': [
    { except: ['write'] },
    'The MCP server "double" has no tool "write", which "except" names. Its tools: look, long.',
  ],
  'a tool that is a task': [
    { only: ['long'] },
    'The tool "long", which "only" names, can only be run as a task, which no agent can wait for. Leave it out.',
  ],
  'a prefix that no name could have': [
    { prefix: 'files.' },
    'The prefix of mcpTools must be text of the characters a-z, A-Z, 0-9, _ and -, such as "files_", but is the string "files.".',
  ],
  'a time-out of nothing': [
    { timeoutMs: 0 },
    'The timeoutMs of mcpTools must be a number of milliseconds from 1 to 2147483647, but is the number 0.',
  ],
  'a time-out without end': [
    { timeoutMs: Infinity },
    'The timeoutMs of mcpTools must be a number of milliseconds from 1 to 2147483647, but is the number Infinity.',
  ],
};

test.for(Object.entries(mistakes))('%s is refused', async ([, [options, message]]) => {
  const { client } = await connected1({
    pages: [[{ name: 'look' }, { name: 'long', execution: { taskSupport: 'required' } }]],
  });
  expect(await messageOf(() => mcpTools(client, never(options)))).toBe(message);
});

test.for(bothClients)('a server without tools is refused, %s', async ([, connected]) => {
  const { client } = await connected({});
  client.getServerCapabilities = () => ({});
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server "double" has no tools to offer: it lacks the capability "tools".',
  );
});

test.for(bothClients)('a server that does not list its tools is told of, %s', async ([, connected]) => {
  const { client } = await connected({
    get pages(): never {
      throw new Error('The disk is full.');
    },
  });
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server "double" did not list its tools. The disk is full.',
  );
});

test('a server whose pages never end is stopped', async () => {
  const client: McpClient = {
    listTools: async () => ({ tools: [], nextCursor: 'again' }),
    callTool: async () => ({}),
  };
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server lists its tools over more than 1000 pages. Is there a mistake in its cursors?',
  );
});
