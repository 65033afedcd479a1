import { isError, UsageError } from '../engine/values/engine-errors.ts';
import { remedyFor, valueWords } from '../engine/values/value-words.ts';
import { sentence } from '../engine/values/error-facts.ts';

/** A tool as a server lists it. Other fields are not read. */
export interface McpToolDefinition {
  /** What the server calls it. */
  name: string;
  /** In place of a description, where there is none. */
  title?: string | undefined;
  /** Tells the model when to call it. */
  description?: string | undefined;
  /** The JSON Schema of its arguments. */
  inputSchema: object;
  /** Whether it can be called at all other than as a task. */
  execution?: { taskSupport?: string | undefined } | undefined;
}

/**
 * A connected client of an MCP server: `Client` of `@modelcontextprotocol/client`, or of version 1 of
 * `@modelcontextprotocol/sdk`. Only what is called of it is named here, so that neither package is needed for the other.
 */
export interface McpClient {
  /** One page of the server's tools, or all of them. */
  listTools(
    params?: { cursor?: string },
    options?: { timeout?: number },
  ): Promise<{ tools: readonly McpToolDefinition[]; nextCursor?: string | undefined }>;
  /** Calls a tool. Its options, the signal and the time-out, are the last argument: the second one, or in version 1 the third. */
  callTool(params: { name: string; arguments?: Record<string, unknown> }, ...rest: never[]): Promise<object>;
  /** Undefined until the client is connected. */
  readonly transport?: unknown;
  /** What the server calls itself, for messages. */
  getServerVersion?(): { name: string } | undefined;
  /** Whether the server has tools at all. */
  getServerCapabilities?(): { tools?: object | undefined } | undefined;
}

interface CallOptions {
  signal: AbortSignal;
  timeout: number;
}

/** Throws a TypeError for what is no client, and for one that is not connected: version 2 lists no tools then, in silence. */
export function assertValidClient(client: unknown): asserts client is McpClient {
  const given = (client ?? {}) as Partial<McpClient>;
  if (typeof given.listTools !== 'function' || typeof given.callTool !== 'function') {
    throw new UsageError(
      sentence`${{ where: 'mcpTools' }} takes ${{ expected: 'a connected client of an MCP server' }}, but was given ${{ given: valueWords(client) }}.${remedyFor(client)} Write: await client.connect(transport), then await mcpTools(client).`,
    );
  }
  if ('transport' in given && given.transport === undefined) {
    throw new UsageError(
      sentence`The ${{ field: 'client' }} given to ${{ where: 'mcpTools' }} is not connected, so that it knows no tools. Write before: await client.connect(transport).`,
    );
  }
}

/** The server as messages name it. */
export function serverWords(client: McpClient): string {
  const name = client.getServerVersion?.()?.name;
  return name === undefined ? 'The MCP server' : `The MCP server "${name}"`;
}

/** More pages than any list has: a server that never comes to an end is stopped. */
const pagesAtMost = 1000;

/** All the tools of a server, over all pages. */
export async function listTools(client: McpClient, timeoutMs: number): Promise<McpToolDefinition[]> {
  const capabilities = client.getServerCapabilities?.();
  // Version 1 asks all the same, and version 2 lists none.
  if (capabilities && !capabilities.tools)
    throw new Error(`${serverWords(client)} has no tools to offer: it lacks the capability "tools".`);
  const tools: McpToolDefinition[] = [];
  let cursor: string | undefined;
  for (let page = 1; page <= pagesAtMost; page++) {
    const params = cursor === undefined ? undefined : { cursor };
    const list = await client.listTools(params, { timeout: timeoutMs }).catch((error: unknown) => {
      const cause = asToolError(error, timeoutMs);
      const words = isError(cause) ? cause.message : valueWords(cause);
      throw new Error(`${serverWords(client)} did not list its tools. ${words}`, { cause: error });
    });
    tools.push(...list.tools);
    if (list.nextCursor === undefined || list.nextCursor === '') return tools;
    cursor = list.nextCursor;
  }
  throw new Error(
    `${serverWords(client)} lists its tools over more than ${pagesAtMost} pages. Is there a mistake in its cursors?`,
  );
}

/** Calls a tool, and gives what the server answered. Rejects with an error for the model, whatever the client's version makes of it. */
export async function callServerTool(
  client: McpClient,
  name: string,
  args: Record<string, unknown>,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<object> {
  // A signal of its own: version 1 never stops to listen, and a run's signal may outlive many calls.
  const call = new AbortController();
  const onAbort = () => call.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const options: CallOptions = { signal: call.signal, timeout: timeoutMs };
  const rest = takesSchema(client) ? [undefined, options] : [options];
  try {
    return await client.callTool({ name, arguments: args }, ...(rest as never[]));
  } catch (error) {
    throw asToolError(error, timeoutMs);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Version 1 takes a schema of the result in front of the options. Version 2 is known by a method of its own, also where its methods are wrapped. */
function takesSchema(client: McpClient): boolean {
  return !('getProtocolEra' in client) && client.callTool.length !== 2;
}

/** What connections break with, of Node itself. */
const brokenConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** The two versions of the client, and their transports, say the same thing in different words; a trace has it in one. */
function asToolError(error: unknown, timeoutMs: number): unknown {
  if (!isError(error)) return error;
  const { message } = error;
  const code = codeOf(error);
  if (code === 'REQUEST_TIMEOUT' || (code === -32001 && message.endsWith('Request timed out')))
    return new Error(`The MCP server did not answer within ${timeoutMs} ms (timeoutMs).`, { cause: error });
  const isGone =
    code === 'CONNECTION_CLOSED' ||
    code === 'NOT_CONNECTED' ||
    message === 'Not connected' ||
    (code === -32000 && message.endsWith('Connection closed')) ||
    brokenConnection.has(String(code ?? codeOf(error.cause)));
  if (isGone) return new Error('The MCP server is gone: the connection to it is closed.', { cause: error });
  const plain = message.replace(/^(?:MCP error -?\d+: )+/, '');
  return plain === message ? error : new Error(plain, { cause: error });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
