import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Agent, Swarm } from 'swarmcheck';
import { mcpTools, type McpClient } from 'swarmcheck/mcp';
import {
  callTool,
  callTools,
  recordingProvider,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
  traceOf,
} from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { Folder } from '../cassette/folder.ts';
import { client2, everything } from './support.ts';

const messages = [{ role: 'user' as const, content: 'Add 1 and 2, and show me the logo.' }];

/** Records a conversation of an agent with the tools of a live server, which ends afterwards. */
async function recordLive(cassette: string) {
  const client = client2();
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [everything], stderr: 'ignore' }),
  );
  try {
    const agent = new Agent({ functions: await mcpTools(client) });
    const live = scriptedProvider([
      callTools([callTool('get-sum', { a: 1, b: 2 }), callTool('get-tiny-image')]),
      callTool('get-resource-reference', { resourceType: 'Text', resourceId: -1 }),
      say('3, and there is the logo.'),
    ]);
    await using provider = recordingProvider(live, { cassette });
    return await new Swarm({ provider }).run({ agent, messages });
  } finally {
    await client.close();
  }
}

/** A client that lists the tools of the cassette, without a server. */
function listedIn(folder: Folder): McpClient {
  const tools = Object.values(folder.json().tools).map(({ function: { parameters, ...tool } }) => ({
    ...(tool as { name: string }),
    inputSchema: parameters,
  }));
  return {
    listTools: async () => ({ tools }),
    callTool: () => Promise.reject(new Error('There is no server.')),
  };
}

test('a conversation with MCP tools is replayed without the server', async () => {
  using folder = new Folder();
  const recorded = await recordLive(folder.file());
  const agent = new Agent({ functions: await mcpTools(listedIn(folder)) });
  using provider = replayProvider(folder.file());
  const replayed = await new Swarm({ provider }).run({
    agent: replayTools(agent, folder.file(), 'replay'),
    messages,
  });
  expect(replayed.messages).toEqual(recorded.messages);
  expect(traceOf(replayed).hash).toBe(traceOf(recorded).hash);
  expect(traceOf(replayed).toolCalls.map(({ tool, error }) => [tool, error])).toEqual([
    ['get-sum', undefined],
    ['get-tiny-image', undefined],
    ['get-resource-reference', 'threw'],
  ]);
});

test('without the recorded results, a call of an MCP tool needs the server', async () => {
  using folder = new Folder();
  await recordLive(folder.file());
  const agent = new Agent({ functions: await mcpTools(listedIn(folder)) });
  using provider = replayProvider(folder.file(), { onMismatch: 'ignore' });
  const response = await new Swarm({ provider }).run({ agent, messages });
  expect(traceOf(response).toolCalls[0]?.content).toBe('Error: Tool get-sum failed: There is no server.');
});
