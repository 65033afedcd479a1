import { assertValidTimeout } from '../engine/values/valid-timeout.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { tool, type Tool } from '../engine/tools/tool.ts';
import { callServerTool, assertValidClient, listTools, serverWords, type McpClient } from './client.ts';
import { assertValidChoice, assertValidPrefix, chosenTools, offeredNames } from './names.ts';
import { resultText } from './result-text.ts';
import { usableSchema } from './usable-schema.ts';

/** Which of a server's tools an agent gets, and under which names. */
export interface McpToolsOptions {
  /** Offer only these tools, by their names on the server. */
  only?: readonly string[] | undefined;
  /** Offer all tools except these, by their names on the server. */
  except?: readonly string[] | undefined;
  /** Put before each name, so that one agent can have the tools of two servers. Default: no prefix. */
  prefix?: string | undefined;
  /** How long the server may take to answer a request, in milliseconds. Default: 60,000. */
  timeoutMs?: number | undefined;
}

const optionNames = ['only', 'except', 'prefix', 'timeoutMs'];

/**
 * The tools of an MCP server, as functions of agents: `new Agent({ functions: await mcpTools(client) })`.
 *
 * `client` is a connected client of the official SDK, version 1 or 2. Your code closes the client, and handles
 * requests that the server sends to it, such as questions to the user. The list of tools is read once, from all
 * pages, and does not follow later changes on the server. A tool that can only be run as a task is left out. In
 * names, `_` replaces each character that the API does not allow, and only the first 64 characters are kept.
 *
 * Arguments are validated by the server's JSON Schema, as for any tool. Parts of the schema that the validator cannot
 * use are left to the server. The model gets the texts of a result. Images, sounds and files appear as a placeholder
 * (`[image image/png, 1234 bytes]`). If a result has no text, its structured content is added as JSON. A result that
 * is an error, a lost connection, and an answer that takes longer than `timeoutMs` become the tool's error, which the
 * model sees. Aborting a run cancels the call.
 *
 * Rejects with a TypeError for a client that is not connected, an invalid option, a name in `only` or `except` that
 * the server does not have, a tool in `only` that can only be run as a task, and two tools with the same name.
 * Rejects with an McpServerError if the server does not list its tools.
 */
export async function mcpTools(client: McpClient, options: McpToolsOptions = {}): Promise<Tool[]> {
  assertValidClient(client);
  assertKnownOptions('mcpTools', options, optionNames);
  const { prefix = '', timeoutMs = 60_000 } = options;
  assertValidChoice(options);
  assertValidPrefix(prefix);
  assertValidTimeout('mcpTools', timeoutMs);
  const server = serverWords(client);
  const chosen = chosenTools(server, await listTools(client, timeoutMs), options);
  const offered = [...offeredNames(server, chosen, prefix)];
  return await Promise.all(
    offered.map(async ([name, { name: serverName, description, title, inputSchema }]) =>
      tool({
        name,
        description: description ?? title,
        parameters: await usableSchema(name, inputSchema),
        async execute(args, { signal }) {
          return resultText(await callServerTool(client, serverName, args, { signal, timeoutMs }));
        },
      }),
    ),
  );
}
