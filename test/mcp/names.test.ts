import { mcpTools } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { messageOf } from '../support/failures.ts';
import { called } from '../support/called.ts';
import { bothClients, connected1 } from './support.ts';

const named = (...names: string[]) => [names.map((name) => ({ name }))];
const offered = async (...given: Parameters<typeof mcpTools>) =>
  (await mcpTools(...given)).map(({ name }) => name);

test.for(bothClients)(
  'the tools of all pages are offered, in the order of the server, %s',
  async ([, connected]) => {
    const { client } = await connected({ pages: [...named('c', 'a'), ...named('d'), ...named('b')] });
    expect(await offered(client)).toEqual(['c', 'a', 'd', 'b']);
  },
);

test('a character that the API does not accept becomes an underscore, and a long name is cut', async () => {
  const { client } = await connected1({
    pages: named('files.read', 'files/write', 'größe', 'a b 🙂', 'x'.repeat(70)),
  });
  expect(await offered(client)).toEqual(['files_read', 'files_write', 'gr__e', 'a_b__', 'x'.repeat(64)]);
});

test('a prefix precedes every name', async () => {
  const { client } = await connected1({ pages: named('read', 'y'.repeat(64)) });
  expect(await offered(client, { prefix: 'files_' })).toEqual(['files_read', `files_${'y'.repeat(58)}`]);
});

test('names of Object.prototype and "then" are accepted as tool names', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'then'];
  const { client } = await connected1({
    pages: named(...names),
    call: (name) => ({ content: [{ type: 'text', text: name }] }),
  });
  const tools = await mcpTools(client, { only: names });
  for (const name of names) expect((await called(tools, name)).content).toBe(name);
});

test('"only" and "except" take the names of the server', async () => {
  const { client } = await connected1({ pages: named('a.read', 'a.write', 'b.read') });
  expect(await offered(client, { only: ['b.read', 'a.read'] })).toEqual(['a_read', 'b_read']);
  expect(await offered(client, { except: ['a.write'] })).toEqual(['a_read', 'b_read']);
  expect(await offered(client, { only: [] })).toEqual([]);
});

test('two names that become equal are refused, unless one is left out', async () => {
  const { client } = await connected1({ pages: named('a.b', 'a_b') });
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server "double" has the tools "a.b" and "a_b", which would both get the name "a_b". Leave one out: mcpTools(client, { except: ["a_b"] }).',
  );
  expect(await offered(client, { except: ['a_b'] })).toEqual(['a_b']);
});

test('a name that a server lists twice is refused', async () => {
  const { client } = await connected1({ pages: [...named('a'), ...named('a')] });
  expect(await messageOf(() => mcpTools(client))).toBe(
    'The MCP server "double" lists two tools named "a", which a call cannot tell apart. Leave them out: mcpTools(client, { except: ["a"] }).',
  );
});

test('a description comes from the server, or else is the title', async () => {
  const { client } = await connected1({
    pages: [
      [{ name: 'a', description: 'Reads.', title: 'Read' }, { name: 'b', title: 'Write' }, { name: 'c' }],
    ],
  });
  const tools = await mcpTools(client);
  expect(tools.map(({ description }) => description)).toEqual(['Reads.', 'Write', '']);
});
