import { createRequire } from 'node:module';
import { Client as Client2, InMemoryTransport as Memory2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as Memory1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { McpClient } from 'swarmcheck/mcp';

const info = { name: 'test', version: '1' };

/** An unconnected client of each version of the SDK. */
export const client1 = () => new Client1(info);
export const client2 = () => new Client2(info);

const require = createRequire(import.meta.url);

/** The path of the reference server. */
export const everything = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');

/** A double of a server. It sends its tools and answers unchanged. */
export interface ServerDouble {
  /** Its tools by page; the cursor of a page is its index. */
  pages?: readonly (readonly { name: string; [field: string]: unknown }[])[];
  call?(name: string, args: Record<string, unknown>, signal: AbortSignal): unknown;
}

/** A server made with the SDK, connected to one end of a transport. */
async function serve(double: ServerDouble, transport: Transport): Promise<Server> {
  const { call = () => ({ content: [] }) } = double;
  const server = new Server({ name: 'double', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const { pages = [[{ name: 'look' }]] } = double;
    const page = Number(params?.cursor ?? 0);
    const tools = pages[page]!.map((tool) => ({ inputSchema: { type: 'object' as const }, ...tool }));
    return page + 1 < pages.length ? { tools, nextCursor: String(page + 1) } : { tools };
  });
  server.setRequestHandler(
    CallToolRequestSchema,
    async ({ params }, { signal }) =>
      (await call(params.name, params.arguments ?? {}, signal)) as { content: [] },
  );
  await server.connect(transport);
  return server;
}

/** A client of version 1, connected in memory. */
export async function connected1(double: ServerDouble): Promise<{ client: McpClient; server: Server }> {
  const [near, far] = Memory1.createLinkedPair();
  const server = await serve(double, far);
  const client = client1();
  await client.connect(near);
  return { client, server };
}

/** A client of version 2, connected in memory. */
async function connected2(double: ServerDouble): Promise<{ client: McpClient; server: Server }> {
  const [near, far] = Memory2.createLinkedPair();
  const server = await serve(double, far);
  const client = client2();
  await client.connect(near);
  return { client, server };
}

/** Both, for `test.for(bothClients)('…, %s', async ([, connected]) => …)`. */
export const bothClients = [
  ['version 1', connected1],
  ['version 2', connected2],
] as const;
