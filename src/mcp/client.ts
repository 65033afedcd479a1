import { isError, UsageError } from '../engine/values/engine-errors.ts';
import { remedyFor, valueWords } from '../engine/values/value-words.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { McpServerError } from './server-error.ts';

/** A tool as a server lists it. Other fields are ignored. */
export interface McpToolDefinition {
  /** The server's name for the tool. */
  name: string;
  /** Used as the description if `description` is absent. */
  title?: string | undefined;
  /** Tells the model when to call the tool. */
  description?: string | undefined;
  /** The JSON Schema of its arguments. */
  inputSchema: object;
  /** With `taskSupport: "required"`, the tool can only be called as a task, and `mcpTools` leaves it out. */
  execution?: { taskSupport?: string | undefined } | undefined;
}

/**
 * A connected client of an MCP server: `Client` of `@modelcontextprotocol/client`, or of version 1 of
 * `@modelcontextprotocol/sdk`. Declares only the members that `mcpTools` uses, so that neither package has to be
 * installed.
 */
export interface McpClient {
  /** One page of the server's tools, or all of them. */
  listTools(
    params?: { cursor?: string },
    options?: { timeout?: number },
  ): Promise<{ tools: readonly McpToolDefinition[]; nextCursor?: string | undefined }>;
  /**
   * Calls a tool. The last argument is an object with the signal and the time-out. It is the second argument, or the
   * third in version 1.
   */
  callTool(params: { name: string; arguments?: Record<string, unknown> }, ...rest: never[]): Promise<object>;
  /** Undefined until the client is connected. */
  readonly transport?: unknown;
  /** The server's own name, for messages. */
  getServerVersion?(): { name: string } | undefined;
  /** The server has no tools if `tools` is absent. */
  getServerCapabilities?(): { tools?: object | undefined } | undefined;
}

interface CallOptions {
  signal: AbortSignal;
  timeout: number;
}

/**
 * Throws a TypeError for a value that is not a client, and for a client that is not connected. A client of version 2
 * that is not connected would list no tools, without an error.
 */
export function assertValidClient(client: unknown): asserts client is McpClient {
  const given = (client ?? {}) as Partial<McpClient>;
  if (typeof given.listTools !== 'function' || typeof given.callTool !== 'function') {
    throw new UsageError(
      sentence`${{ where: 'mcpTools' }} takes ${{ expected: 'a connected client of an MCP server' }}, but was given ${{ given: valueWords(client) }}.${remedyFor(client)} Write: await client.connect(transport), then await mcpTools(client).`,
    );
  }
  if ('transport' in given && given.transport === undefined) {
    throw new UsageError(
      sentence`The ${{ field: 'client' }} given to ${{ where: 'mcpTools' }} is not connected, so its tools are not known. Connect it first: await client.connect(transport).`,
    );
  }
}

/** The server, as the beginning of a message. */
export function serverWords(client: McpClient): string {
  const name = client.getServerVersion?.()?.name;
  return name === undefined ? 'The MCP server' : `The MCP server "${name}"`;
}

/** More pages than any real list has. The limit stops a server whose list never ends. */
const pagesAtMost = 1000;

/** All tools of a server, from all pages. */
export async function listTools(client: McpClient, timeoutMs: number): Promise<McpToolDefinition[]> {
  const capabilities = client.getServerCapabilities?.();
  // If the server has no tools, version 1 of the client would send the request anyway, and version 2 would return an
  // empty list.
  if (capabilities && !capabilities.tools)
    throw new McpServerError(
      'no-tools',
      sentence`${{ where: serverWords(client) }} has no tools to offer: it lacks the capability "tools".`,
    );
  const tools: McpToolDefinition[] = [];
  let cursor: string | undefined;
  for (let page = 1; page <= pagesAtMost; page++) {
    const params = cursor === undefined ? undefined : { cursor };
    const list = await client.listTools(params, { timeout: timeoutMs }).catch((error: unknown) => {
      const cause = asToolError(error, timeoutMs);
      const words = isError(cause) ? cause.message : valueWords(cause);
      const said = sentence`${{ where: serverWords(client) }} did not list its tools. ${words}`;
      throw new McpServerError('no-list', said, { cause: error });
    });
    tools.push(...list.tools);
    if (list.nextCursor === undefined || list.nextCursor === '') return tools;
    cursor = list.nextCursor;
  }
  throw new McpServerError(
    'endless-list',
    sentence`${{ where: serverWords(client) }} lists its tools on more than ${pagesAtMost} pages. Are its cursors wrong?`,
  );
}

/**
 * Calls a tool, and returns the server's result. Rejects with an error that the model can read. Its text is the same
 * for both versions of the client.
 */
export async function callServerTool(
  client: McpClient,
  name: string,
  args: Record<string, unknown>,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<object> {
  // Each call has its own signal, to avoid a memory leak: version 1 never removes its abort listener, and a run's
  // signal may outlive many calls.
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

/**
 * Whether `callTool` takes a schema of the result before the options, as in version 1. Only version 2 has
 * `getProtocolEra`, which identifies it even if `callTool` is wrapped in a function with other parameters.
 */
function takesSchema(client: McpClient): boolean {
  return !('getProtocolEra' in client) && client.callTool.length !== 2;
}

/** The codes with which Node reports a broken connection. */
const brokenConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Gives the errors of both versions of the client, and of their transports, the same words, so that traces do not
 * differ.
 */
function asToolError(error: unknown, timeoutMs: number): unknown {
  if (!isError(error)) return error;
  const { message } = error;
  const code = codeOf(error);
  if (code === 'REQUEST_TIMEOUT' || (code === -32001 && message.endsWith('Request timed out')))
    return new McpServerError(
      'no-answer',
      sentence`The MCP server did not answer within ${{ timeoutMs }} ms (timeoutMs).`,
      { cause: error },
    );
  const isGone =
    code === 'CONNECTION_CLOSED' ||
    code === 'NOT_CONNECTED' ||
    message === 'Not connected' ||
    (code === -32000 && message.endsWith('Connection closed')) ||
    brokenConnection.has(String(code ?? codeOf(error.cause)));
  if (isGone)
    return new McpServerError('gone', sentence`The MCP server is gone: its connection is closed.`, {
      cause: error,
    });
  const plain = message.replace(/^(?:MCP error -?\d+: )+/, '');
  return plain === message ? error : new Error(plain, { cause: error });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
