import { isPlainObject } from '../engine/values/copy.ts';

/** A tool's answer, as the protocol has it. Servers are foreign, so everything may be missing. */
interface ToolResult {
  content?: unknown;
  structuredContent?: unknown;
  isError?: unknown;
}

/**
 * What the model is told of a tool's answer: its texts, one below the other. What is no text is named in brackets, and structured
 * content stands for the text where there is none. Throws an Error with that text where the tool says that it failed.
 */
export function resultText(result: ToolResult): string {
  const blocks = (Array.isArray(result.content) ? result.content : []).map(blockText);
  const lines = blocks.map(({ text, placeholder }) => text ?? placeholder);
  if (result.structuredContent !== undefined && blocks.every(({ text }) => text === undefined))
    lines.push(JSON.stringify(result.structuredContent));
  const told = lines.join('\n');
  if (result.isError === true) throw new Error(told || 'The tool failed, and did not say why.');
  return told;
}

/** The text of a block, or what stands for a block that has none. */
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

/** `[image image/png, 1234 bytes]`, without what is not known. */
function bracketed(kind: string, details: readonly unknown[]): string {
  const known = details.filter((detail) => typeof detail === 'string' && detail !== '');
  return known.length === 0 ? `[${kind}]` : `[${kind} ${known.join(', ')}]`;
}

/** How much base64 stands for. */
function size(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  const bytes = Buffer.byteLength(data, 'base64');
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
