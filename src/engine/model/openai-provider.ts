import type OpenAI from 'openai';
import { InvalidCompletionError } from '../data/errors.ts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from './provider.ts';

/**
 * The live API, or anything that speaks it (`baseURL`), through a client of the `openai` package or
 * through the options to make one. Loads the package on first use.
 *
 * Errors reach the caller as the client throws them, with its own retries and time-outs; only an
 * answer that is no JSON becomes an InvalidCompletionError.
 */
export function openaiProvider(
  clientOrOptions?: OpenAI | ConstructorParameters<typeof OpenAI>[0],
): CompletionProvider {
  let client: Promise<OpenAI> | undefined;
  const connect = async () => {
    client ??= makeClient(clientOrOptions);
    try {
      return await client;
    } catch (error) {
      // Such as a missing key, which may be there the next time.
      client = undefined;
      throw error;
    }
  };

  return {
    async complete(request: CompletionRequest, options?: CompletionOptions): Promise<ChatCompletion> {
      const { chat } = await connect();
      return await readable(chat.completions.create(request, { signal: options?.signal }));
    },
    async *stream(
      request: CompletionRequest,
      options?: CompletionOptions,
    ): AsyncGenerator<ChatCompletionChunk> {
      const { chat } = await connect();
      const body = { ...request, stream: true, stream_options: { include_usage: true } } as const;
      const chunks = (await readable(chat.completions.create(body, { signal: options?.signal })))[
        Symbol.asyncIterator
      ]();
      try {
        for (;;) {
          const next = await readable(chunks.next());
          if (next.done) return;
          yield next.value;
        }
      } finally {
        await chunks.return?.();
      }
    },
  };
}

async function makeClient(
  clientOrOptions: OpenAI | ConstructorParameters<typeof OpenAI>[0],
): Promise<OpenAI> {
  if (clientOrOptions && 'chat' in clientOrOptions) return clientOrOptions;
  const { OpenAI: Client } = await import('openai').catch((error: unknown) => {
    throw new Error('Asking a live model takes the package "openai". Install it: npm install openai', {
      cause: error,
    });
  });
  return new Client(clientOrOptions);
}

/** The client throws a bare SyntaxError for a body or a frame that is no JSON. */
async function readable<T>(answer: PromiseLike<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new InvalidCompletionError('it is not JSON', error.message, { cause: error });
    }
    throw error;
  }
}
