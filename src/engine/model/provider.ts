import type OpenAI from 'openai';

/** A whole answer of the Chat Completions API. */
export type ChatCompletion = OpenAI.Chat.Completions.ChatCompletion;

/** One chunk of a streamed answer of the Chat Completions API. */
export type ChatCompletionChunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/**
 * The body of `POST /chat/completions` without `stream`. It has protocol fields only: no `sender`, no `tool_name`.
 *
 * The provider may change the object and its arrays. The messages and tool definitions in it are frozen and shared
 * with later requests.
 */
export interface CompletionRequest {
  /** The run's `modelOverride`, or else the active agent's model. */
  model: string;
  /** The active agent's instructions as the system message, then the history. */
  messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[];
  /** Absent, never [], when the agent has no functions. */
  tools?: OpenAI.Chat.Completions.ChatCompletionFunctionTool[];
  /** Present only together with tools. */
  tool_choice?: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption;
  /** Present only together with tools. */
  parallel_tool_calls?: boolean;
}

/** Options that a provider gets with a request, outside its body. */
export interface CompletionOptions {
  /** Aborts the request. The run rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The `conversation` of `RunOptions`, which distinguishes conversations that share a provider. */
  conversation?: string | undefined;
}

/**
 * Produces the assistant's next message: the one thing the engine asks of the outside world.
 *
 * The engine awaits each call before it makes the next, and never retries. A rejection ends the run and reaches the
 * caller unchanged. Everything that answers for the model implements this interface; a test double is one more
 * implementation.
 */
export interface CompletionProvider {
  /** Answers with a whole completion. */
  complete(request: CompletionRequest, options?: CompletionOptions): Promise<ChatCompletion>;
  /** Answers in chunks, which fold into the completion that `complete` would have returned. */
  stream(request: CompletionRequest, options?: CompletionOptions): AsyncIterable<ChatCompletionChunk>;
}
