import { mcpTools, type McpClient } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';
import { bothClients, client1, client2, connected1 } from './support.ts';

const never = (given: unknown) => given as never;

const notClients: Record<string, [client: unknown, given: string]> = {
  'a promise': [Promise.resolve(), 'a Promise'],
  'a URL': ['http://127.0.0.1/mcp', 'the string "http://127.0.0.1/mcp"'],
  undefined: [undefined, 'undefined'],
};

test.for(Object.entries(notClients))('%s instead of a client is refused', async ([, [client, given]]) => {
  expect(await factsOfMistake(() => mcpTools(never(client)))).toEqual({ error: 'UsageError', given });
});

test.for([
  ['version 1', client1],
  ['version 2', client2],
] as const)('a client that is not connected is refused, %s', async ([, makeClient]) => {
  expect(await messageOf(() => mcpTools(makeClient()))).toBe(
    'The client given to mcpTools is not connected, so its tools are not known. Connect it first: await client.connect(transport).',
  );
});

const milliseconds = 'a number of milliseconds from 1 to 2147483647';
const mistakes: Record<string, [options: object, facts: object, message?: string]> = {
  'an unknown option': [{ exclude: ['a'] }, { field: 'exclude' }],
  'a list as options': [
    ['a'],
    { expected: 'an object', given: 'an array of 1 item' },
    'mcpTools takes its options as an object, but was given an array of 1 item. Its options: only, except, prefix, timeoutMs.',
  ],
  'a name in place of a list': [
    { only: 'look' },
    { field: 'only', expected: 'a list of names, such as ["echo"]', given: 'the string "look"' },
    'The "only" of mcpTools must be a list of names, such as ["echo"], but is the string "look".',
  ],
  '"only" together with "except"': [
    { only: ['look'], except: ['look'] },
    { field: 'except' },
    'mcpTools takes either "only" or "except", but was given both. Remove one of them.',
  ],
  'a misspelled name in "only"': [
    { only: ['lok'] },
    { tool: 'lok', field: 'only', suggestion: 'look' },
    'The MCP server "double" has no tool "lok", but "only" names it. Did you mean "look"? Its tools: look, long.',
  ],
  'an unknown name in "except"': [{ except: ['write'] }, { tool: 'write', field: 'except' }],
  'a tool that can only run as a task': [
    { only: ['long'] },
    { tool: 'long', field: 'only' },
    'The tool "long", which "only" names, can only run as a task, and an agent cannot wait for a task. Leave it out.',
  ],
  'a prefix with a character that names cannot have': [
    { prefix: 'files.' },
    {
      field: 'prefix',
      expected: 'a string of the characters a-z, A-Z, 0-9, _ and -, such as "files_"',
      given: 'the string "files."',
    },
    'The prefix of mcpTools must be a string of the characters a-z, A-Z, 0-9, _ and -, such as "files_", but is the string "files.".',
  ],
  'a time-out of 0': [
    { timeoutMs: 0 },
    { field: 'timeoutMs', expected: milliseconds, given: 'the number 0' },
    'The timeoutMs of mcpTools must be a number of milliseconds from 1 to 2147483647, but is the number 0.',
  ],
  'an infinite time-out': [
    { timeoutMs: Infinity },
    { field: 'timeoutMs', expected: milliseconds, given: 'the number Infinity' },
  ],
};

test.for(Object.entries(mistakes))('%s is refused', async ([, [options, facts, message]]) => {
  const { client } = await connected1({
    pages: [[{ name: 'look' }, { name: 'long', execution: { taskSupport: 'required' } }]],
  });
  const error = await errorOf(() => mcpTools(client, never(options)));
  expect(factsOf(error, 'expected')).toEqual({ error: 'UsageError', ...facts });
  expect(error.message).toBe(message ?? error.message);
});

test('anything but a client is refused, with the code to write', async () => {
  expect(await messageOf(() => mcpTools(never(Promise.resolve())))).toBe(
    'mcpTools takes a connected client of an MCP server, but was given a Promise. Is an "await" missing? Write: await client.connect(transport), then await mcpTools(client).',
  );
});

test.for(bothClients)('a server without tools is refused, %s', async ([, connected]) => {
  const { client } = await connected({});
  client.getServerCapabilities = () => ({});
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server "double" has no tools to offer: it lacks the capability "tools".',
  );
});

test.for(bothClients)(
  'a server that fails to list its tools is an error with its reason, %s',
  async ([, connected]) => {
    const { client } = await connected({
      get pages(): never {
        throw new Error('The disk is full.');
      },
    });
    expect(await messageOf(() => mcpTools(client))).toBe(
      'The MCP server "double" did not list its tools. The disk is full.',
    );
  },
);

test('a server with endless pages is an error', async () => {
  const client: McpClient = {
    listTools: async () => ({ tools: [], nextCursor: 'again' }),
    callTool: async () => ({}),
  };
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server lists its tools on more than 1000 pages. Are its cursors wrong?',
  );
});
