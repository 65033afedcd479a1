/** The tools of the reference server of the Model Context Protocol, over stdio and HTTP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { StreamableHTTPClientTransport as Http2, type Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import type { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StdioClientTransport as Stdio1,
  type StdioServerParameters,
} from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, type Tool } from 'swarmcheck';
import { mcpTools } from 'swarmcheck/mcp';
import { callTool, callTools, runScenario, say, user } from 'swarmcheck/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { called } from '../support/called.ts';
import { client1, client2, everything } from './support.ts';

const child: StdioServerParameters = {
  command: process.execPath,
  args: [everything, 'stdio'],
  stderr: 'ignore',
};
const clients: { version1: Client1; version2: Client2 } = { version1: client1(), version2: client2() };
const tools = new Map<string, Tool[]>();

beforeAll(async () => {
  await clients.version1.connect(new Stdio1(child));
  await clients.version2.connect(new Stdio2(child));
  tools.set('version 1', await mcpTools(clients.version1));
  tools.set('version 2', await mcpTools(clients.version2));
});
afterAll(async () => {
  await clients.version1.close();
  await clients.version2.close();
});

const versions = ['version 1', 'version 2'];

test.for(versions)('the tools of a server become functions of an agent, %s', (version) => {
  const echo = tools.get(version)!.find(({ name }) => name === 'echo');
  expect(echo).toMatchObject({
    description: 'Echoes back the input string',
    parameters: {
      type: 'object',
      properties: { message: { type: 'string', description: 'Message to echo' } },
      required: ['message'],
    },
  });
});

test.for(versions)('a tool that only runs as a task is left out, %s', (version) => {
  const names = tools.get(version)!.map(({ name }) => name);
  expect(names).toContain('trigger-long-running-operation');
  expect(names).not.toContain('simulate-research-query');
});

const answers: [tool: string, args: object, content: string, error: string | undefined][] = [
  ['echo', { message: 'Hello' }, 'Echo: Hello', undefined],
  ['get-sum', { a: 20, b: 22 }, 'The sum of 20 and 22 is 42.', undefined],
  [
    'get-tiny-image',
    {},
    "Here's the image you requested:\n[image image/png, 4033 bytes]\nThe image above is the MCP logo.",
    undefined,
  ],
  [
    'get-structured-content',
    { location: 'Chicago' },
    '{"temperature":36,"conditions":"Light rain / drizzle","humidity":82}',
    undefined,
  ],
  [
    'get-resource-reference',
    { resourceType: 'Text', resourceId: -1 },
    'Error: Tool get-resource-reference failed: Invalid resourceId: -1. Must be a finite positive integer.',
    'threw',
  ],
  [
    'get-sum',
    { a: 'x', b: 1 },
    'Error: Invalid arguments for tool get-sum. "a" must be a number, but is the string "x". Arguments: a (number, required), b (number, required).',
    'invalid-arguments',
  ],
];

for (const version of versions) {
  test.for(answers)(`the model gets the answer of the server, ${version}: %s %j`, async (expected) => {
    const [name, args, content, error] = expected;
    const call = await called(tools.get(version)!, name, args);
    expect([call.content, call.error]).toEqual([content, error]);
  });
}

test('both versions of the client produce the same trace hash', async () => {
  const hashes = versions.map(async (version) => {
    const { trace, failures } = await runScenario({
      agent: new Agent({ functions: tools.get(version)! }),
      steps: [
        user('Add 1 and 2, and say so.'),
        callTools([
          callTool('get-sum', { a: 1, b: 2 }),
          callTool('get-resource-links', { count: 1 }),
          callTool('get-resource-reference', { resourceType: 'Text', resourceId: -1 }),
        ]),
        callTool('echo', { message: '3' }),
        say('3.'),
      ],
    });
    expect(failures).toEqual([]);
    return trace.hash;
  });
  const [first, second] = await Promise.all(hashes);
  expect(second).toBe(first);
});

test.for([
  ['version 1', client1, Stdio1],
  ['version 2', client2, Stdio2],
] as const)('the error for the model says that the server is gone, %s', async ([, makeClient, Stdio]) => {
  const client = makeClient() as Client1;
  const transport = new Stdio(child) as Stdio1;
  await client.connect(transport);
  const functions = await mcpTools(client, { only: ['echo'] });
  process.kill(transport.pid!);
  expect(await called(functions, 'echo', { message: 'Hello' })).toMatchObject({
    content: 'Error: Tool echo failed: The MCP server is gone: its connection is closed.',
    error: 'threw',
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The server over HTTP. If another process takes the port first, another port is tried. */
async function serveOverHttp(): Promise<{ server: ChildProcess; url: URL }> {
  for (;;) {
    const port = await freePort();
    const server = spawn(process.execPath, [everything, 'streamableHttp'], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [line] = (await once(server.stderr, 'data')) as [Buffer];
    if (String(line).includes('listening')) return { server, url: new URL(`http://127.0.0.1:${port}/mcp`) };
    server.kill();
  }
}

test('the same tools answer over HTTP, until the server ends', async () => {
  const { server, url } = await serveOverHttp();
  const client = { one: client1(), two: client2() };
  try {
    await client.one.connect(new Http1(url));
    await client.two.connect(new Http2(url));
    const both = [await mcpTools(client.one), await mcpTools(client.two)];
    for (const functions of both)
      expect(await called(functions, 'get-sum', { a: 1, b: 2 })).toMatchObject({
        content: 'The sum of 1 and 2 is 3.',
      });
    server.kill();
    await once(server, 'exit');
    for (const functions of both)
      expect(await called(functions, 'get-sum', { a: 1, b: 2 })).toMatchObject({
        content: 'Error: Tool get-sum failed: The MCP server is gone: its connection is closed.',
      });
  } finally {
    server.kill();
    await client.one.close();
    await client.two.close();
  }
});
