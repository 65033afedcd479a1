export { mcpTools } from './mcp/mcp-tools.ts';
export type { McpToolsOptions } from './mcp/mcp-tools.ts';
export { McpServerError } from './mcp/server-error.ts';
export type { McpClient, McpToolDefinition } from './mcp/client.ts';
