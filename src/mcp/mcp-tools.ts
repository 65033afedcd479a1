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
  /** How long the server may take to answer, in milliseconds. Default: 60,000. */
  timeoutMs?: number | undefined;
}

const optionNames = ['only', 'except', 'prefix', 'timeoutMs'];

/**
 * The tools of an MCP server, as functions of agents: `new Agent({ functions: await mcpTools(client) })`.
 *
 * `client` is a connected client of the official SDK, of version 1 or 2; who made it closes it, and answers what a server asks
 * of its users. The list of tools is read once, over all its pages, and stays as it is when the server's changes later. A tool
 * that can only be run as a task is left out. Names get `_` for each character that the API does not take, and no more than 64
 * characters.
 *
 * Arguments are validated by the server's JSON Schema, as those of any tool are; a part of it that the validator cannot use is
 * left to the server. The model is told the texts of an answer; images, sounds and files are named
 * (`[image image/png, 1234 bytes]`), and structured content stands where there is no text. An answer that is an error, a server
 * that is gone, and one that takes longer than `timeoutMs` are errors of the tool, which the model is told. A run that is aborted
 * cancels the call.
 *
 * Rejects with a TypeError for a client that is not connected, a name in `only` or `except` that the server does not have, and for
 * two tools that would have one name; and with an McpServerError where the server does not list its tools.
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
