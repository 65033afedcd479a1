export { Agent } from './engine/agent.ts';
export type { AgentOptions, ContextVariables, Instructions } from './engine/agent.ts';
export { Conversation } from './engine/conversation.ts';
export { InvalidCompletionError } from './engine/errors.ts';
export type { StopReason } from './engine/events.ts';
export type { Hooks } from './engine/hooks.ts';
export type { Message } from './engine/messages.ts';
export { openaiProvider } from './engine/openai-provider.ts';
export type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from './engine/provider.ts';
export { Result } from './engine/result.ts';
export type { ContextOption, RunOptions, RunSettings, StreamEvent } from './engine/run-options.ts';
export { partialResponse } from './engine/run-record.ts';
export type { PartialResponse, Response } from './engine/run-record.ts';
export { Swarm } from './engine/swarm.ts';
export { tool } from './engine/tool.ts';
export type {
  AgentFunction,
  InferArguments,
  JsonObjectSchema,
  Tool,
  ToolContext,
  ToolReturn,
} from './engine/tool.ts';
