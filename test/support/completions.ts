/** Completions, their chunks, and providers that answer with them. */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from 'swarmcheck';
import { never } from './waiting.ts';

/** An assistant message with tool calls, as a completion contains it. */
export function asking(...calls: { id?: unknown; function?: unknown }[]): object {
  return {
    role: 'assistant',
    content: null,
    tool_calls: calls.map((call) => ({ type: 'function', ...call })),
  };
}

export function completion(
  message: object,
  finishReason: unknown = 'tool_calls' in message ? 'tool_calls' : 'stop',
): ChatCompletion {
  const choice = { index: 0, message, finish_reason: finishReason, logprobs: null };
  return { id: 'c', object: 'chat.completion', created: 0, model: 'm', choices: [choice] } as ChatCompletion;
}

export function saying(content: string): ChatCompletion {
  return completion({ role: 'assistant', content });
}

export function chunk(delta: object, finishReason: unknown = null): ChatCompletionChunk {
  const choice = { index: 0, delta, finish_reason: finishReason, logprobs: null };
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'm',
    choices: [choice],
  } as ChatCompletionChunk;
}

/** A piece of a streamed tool call. */
export function callPiece(index: number, fields: object): object {
  return { tool_calls: [{ index, ...fields }] };
}

type Answer = (request: CompletionRequest, options: CompletionOptions | undefined, count: number) => unknown;

/** A provider that answers with the result of the function, unchecked. A stream has two chunks that add up to it. */
export function answeredBy(answer: Answer): CompletionProvider {
  let count = 0;
  return {
    complete: async (request, options) => (await answer(request, options, ++count)) as ChatCompletion,
    async *stream(request, options) {
      const { choices } = (await answer(request, options, ++count)) as ChatCompletion;
      const { message, finish_reason } = choices[0]!;
      const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
      yield chunk({ ...message, ...(tool_calls ? { tool_calls } : {}) });
      yield chunk({}, finish_reason);
    },
  };
}

/** A provider whose n-th answer is the n-th value, valid or not. For unstreamed runs. */
export function completing(...answers: unknown[]): CompletionProvider {
  return answeredBy((_request, _options, count) => answers[count - 1]);
}

/** A provider whose n-th stream yields the items of the n-th list, valid or not. */
export function chunking(...streams: unknown[][]): CompletionProvider {
  let count = 0;
  return {
    complete: () => Promise.reject(new Error('This provider only streams.')),
    async *stream() {
      for (const piece of streams[count++] ?? []) yield piece as ChatCompletionChunk;
    },
  };
}

/** A provider that never answers. It calls `begun` once a request waits. */
export function hanging(begun: () => void): CompletionProvider {
  return answeredBy(() => {
    queueMicrotask(begun);
    return never();
  });
}

/** All chunks of a stream. */
export async function readAll(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
