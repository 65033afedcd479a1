import { isPlainObject } from '../engine/values/copy.ts';

/** The result of a tool call in the MCP protocol. Any field may be missing, because servers are not trusted. */
interface ToolResult {
  content?: unknown;
  structuredContent?: unknown;
  isError?: unknown;
}

/**
 * The text that the model gets for a result: its texts, one per line. Other content appears as a placeholder in
 * brackets. If the result has no text, its structured content is added as JSON. Throws an Error with this text if the
 * result is an error.
 */
export function resultText(result: ToolResult): string {
  const blocks = (Array.isArray(result.content) ? result.content : []).map(blockText);
  const lines = blocks.map(({ text, placeholder }) => text ?? placeholder);
  if (result.structuredContent !== undefined && blocks.every(({ text }) => text === undefined))
    lines.push(JSON.stringify(result.structuredContent));
  const told = lines.join('\n');
  if (result.isError === true) throw new Error(told || 'The tool failed without a reason.');
  return told;
}

/** One item of the content of a result: its text, or a placeholder for an item without text. */
interface BlockText {
  text?: string;
  placeholder: string;
}

function blockText(block: unknown): BlockText {
  if (!isPlainObject(block)) return { placeholder: '[unknown content]' };
  const { type, text, data, mimeType } = block;
  switch (type) {
    case 'text':
      return { text: asText(text), placeholder: '' };
    case 'image':
    case 'audio':
      return { placeholder: bracketed(type, [mimeType, size(data)]) };
    case 'resource':
      return resourceText(isPlainObject(block['resource']) ? block['resource'] : {});
    case 'resource_link':
      return { placeholder: bracketed('resource link', [block['uri'], block['name'], mimeType]) };
    default:
      return { placeholder: bracketed(asText(type) || 'unknown content', [mimeType]) };
  }
}

function resourceText({ uri, text, blob, mimeType }: Record<string, unknown>): BlockText {
  if (typeof text === 'string') return { text, placeholder: '' };
  return { placeholder: bracketed('resource', [uri, mimeType, size(blob)]) };
}

/** `[image image/png, 1234 bytes]`, without unknown parts. */
function bracketed(kind: string, details: readonly unknown[]): string {
  const known = details.filter((detail) => typeof detail === 'string' && detail !== '');
  return known.length === 0 ? `[${kind}]` : `[${kind} ${known.join(', ')}]`;
}

/** The size of the data that a base64 text encodes, such as "1234 bytes". */
function size(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  const bytes = Buffer.byteLength(data, 'base64');
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
