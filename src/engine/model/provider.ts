import type OpenAI from 'openai';

/** A whole answer of the Chat Completions API. */
export type ChatCompletion = OpenAI.Chat.Completions.ChatCompletion;

/** One piece of a streamed answer of the Chat Completions API. */
export type ChatCompletionChunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/**
 * Body of `POST /chat/completions` without `stream`: protocol fields only, no `sender`, no `tool_name`.
 *
 * The object and its arrays are the provider's own to change; the messages and tool definitions in
 * it are frozen and shared with later requests.
 */
export interface CompletionRequest {
  /** The run's `modelOverride`, else the active agent's model. */
  model: string;
  /** The active agent's instructions as the system message, then the history. */
  messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[];
  /** Absent, never [], when the agent has no functions. */
  tools?: OpenAI.Chat.Completions.ChatCompletionFunctionTool[];
  /** Only together with tools. */
  tool_choice?: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption;
  /** Only together with tools. */
  parallel_tool_calls?: boolean;
}

/** What comes with a request, but is not part of its body. */
export interface CompletionOptions {
  /** Aborts the request; its reason is what the run rejects with. */
  signal?: AbortSignal | undefined;
  /** Tells conversations apart where many share a provider; from `RunOptions.conversation`. */
  conversation?: string | undefined;
}

/**
 * Produces the assistant's next message: the one thing the engine asks of the outside world.
 *
 * The engine awaits each call before it makes the next, and never retries. A rejection ends the run
 * and reaches the caller unchanged. Everything that answers for the model implements it; a double
 * is one more implementation.
 */
export interface CompletionProvider {
  /** Answers with a whole completion. */
  complete(request: CompletionRequest, options?: CompletionOptions): Promise<ChatCompletion>;
  /** Answers piece by piece; the chunks fold to what `complete` would have returned. */
  stream(request: CompletionRequest, options?: CompletionOptions): AsyncIterable<ChatCompletionChunk>;
}
