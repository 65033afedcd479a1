import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { mcpTools } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { called } from '../support/called.ts';
import { bothClients, connected1 } from './support.ts';

const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' };
const text = (said: string) => ({ type: 'text', text: said });

const contents: Record<string, [result: object, content: string]> = {
  'one text': [{ content: [text('Yes.')] }, 'Yes.'],
  'several texts': [{ content: [text('Yes,'), text('and no.')] }, 'Yes,\nand no.'],
  'no content': [{ content: [] }, ''],
  'an image': [{ content: [image] }, '[image image/png, 3 bytes]'],
  'a sound of one byte': [
    { content: [{ type: 'audio', data: 'AA==', mimeType: 'audio/wav' }] },
    '[audio audio/wav, 1 byte]',
  ],
  'a text and an image': [{ content: [text('Look:'), image] }, 'Look:\n[image image/png, 3 bytes]'],
  'a file with a text': [
    { content: [{ type: 'resource', resource: { uri: 'file:///a.txt', text: 'in the file' } }] },
    'in the file',
  ],
  'a file without a text': [
    {
      content: [
        { type: 'resource', resource: { uri: 'file:///a.bin', blob: 'AAAA', mimeType: 'application/x' } },
      ],
    },
    '[resource file:///a.bin, application/x, 3 bytes]',
  ],
  'a link to a file': [
    { content: [{ type: 'resource_link', uri: 'file:///a.txt', name: 'A', mimeType: 'text/plain' }] },
    '[resource link file:///a.txt, A, text/plain]',
  ],
  'structured content beside a text': [{ content: [text('Two.')], structuredContent: { count: 2 } }, 'Two.'],
  'structured content without a text': [{ content: [], structuredContent: { count: 2 } }, '{"count":2}'],
  'structured content beside an image': [
    { content: [image], structuredContent: { count: 2 } },
    '[image image/png, 3 bytes]\n{"count":2}',
  ],
  'an empty text beside structured content': [{ content: [text('')], structuredContent: { count: 2 } }, ''],
  'an error': [{ content: [text('No pens.')], isError: true }, 'Error: Tool look failed: No pens.'],
  'an error in several texts': [
    { content: [text('No pens.'), text('No ink.')], isError: true },
    'Error: Tool look failed: No pens.\nNo ink.',
  ],
  'an error without text': [
    { content: [], isError: true },
    'Error: Tool look failed: The tool failed without a reason.',
  ],
};

for (const [version, connected] of bothClients) {
  test.for(Object.entries(contents))(
    `the model gets the text of %s, ${version}`,
    async ([, [result, content]]) => {
      const { client } = await connected({ call: () => result });
      const call = await called(await mcpTools(client), 'look');
      expect(call.content).toBe(content);
      expect(call.error).toBe('isError' in result ? 'threw' : undefined);
    },
  );
}

/** The clients reject such results, so these come from a double of a client. */
const odd: Record<string, [result: object, content: string]> = {
  'content of an unknown kind': [
    { content: [{ type: 'smell', mimeType: 'smell/rose' }] },
    '[smell smell/rose]',
  ],
  'content blocks without a type': [
    { content: [null, 7, {}] },
    '[unknown content]\n[unknown content]\n[unknown content]',
  ],
  'content that is not a list': [{ content: 'Yes.' }, ''],
  'an image without data or a MIME type': [{ content: [{ type: 'image' }] }, '[image]'],
  'structured content that is not an object': [{ structuredContent: 7 }, '7'],
};

test.for(Object.entries(odd))('the model gets the text of %s', async ([, [result, content]]) => {
  const client = {
    listTools: async () => ({ tools: [{ name: 'look', inputSchema: {} }] }),
    callTool: async () => result,
  };
  expect((await called(await mcpTools(client), 'look')).content).toBe(content);
});

test('a protocol error of the server is shown without its code', async () => {
  for (const [, connected] of bothClients) {
    const { client } = await connected({
      call() {
        throw new McpError(ErrorCode.InvalidParams, 'Unknown tool: look');
      },
    });
    expect(await called(await mcpTools(client), 'look')).toMatchObject({
      content: 'Error: Tool look failed: Unknown tool: look',
      error: 'threw',
    });
  }
});

test('a tool that the server removed is an error of its call', async () => {
  const pages = [[{ name: 'look' }, { name: 'leave' }]];
  const { client } = await connected1({
    pages,
    call(name) {
      if (!pages[0]!.some((tool) => tool.name === name)) throw new Error(`Unknown tool: ${name}`);
      pages[0]!.pop();
      return { content: [text('Gone.')] };
    },
  });
  const tools = await mcpTools(client);
  expect((await called(tools, 'leave')).content).toBe('Gone.');
  expect((await called(tools, 'leave')).content).toBe('Error: Tool leave failed: Unknown tool: leave');
});
