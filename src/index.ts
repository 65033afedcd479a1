export { runDemoLoop } from './chat/run-demo-loop.ts';
export type { DemoLoopOptions, DemoLoopResult, DemoLoopSettings } from './chat/run-demo-loop.ts';
export { Agent } from './engine/tools/agent.ts';
export type { AgentOptions, ContextVariables, Instructions } from './engine/tools/agent.ts';
export { Conversation } from './engine/run/conversation.ts';
export type { SendOptions } from './engine/run/conversation.ts';
export type { ErrorFacts } from './engine/values/error-facts.ts';
export { InvalidCompletionError, UsageError } from './engine/values/engine-errors.ts';
export { MissingPackageError } from './engine/values/missing-package-error.ts';
export type { StopReason } from './engine/run/events.ts';
export type { Hooks } from './engine/run/hooks.ts';
export type { Message } from './engine/model/messages.ts';
export { openaiProvider } from './engine/model/openai-provider.ts';
export type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from './engine/model/provider.ts';
export { Result } from './engine/tools/result.ts';
export type { ContextOption, RunOptions, RunSettings, StreamEvent } from './engine/run/run-options.ts';
export { answerPending, pendingCalls } from './engine/run/pending-calls.ts';
export type { AnsweredConversation, PendingCall } from './engine/run/pending-calls.ts';
export { partialResponse } from './engine/run/run-record.ts';
export type { PartialResponse, Response } from './engine/run/run-record.ts';
export { Swarm } from './engine/run/swarm.ts';
export { tool } from './engine/tools/tool.ts';
export type {
  AgentFunction,
  InferArguments,
  JsonObjectSchema,
  Tool,
  ToolContext,
  ToolReturn,
} from './engine/tools/tool.ts';
