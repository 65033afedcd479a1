import type OpenAI from 'openai';
import { InvalidCompletionError, isError, UsageError } from '../values/engine-errors.ts';
import { MissingPackageError } from '../values/missing-package-error.ts';
import { secretWords } from '../values/value-words.ts';
import { isClient, isProvider } from './valid-provider.ts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from './provider.ts';
import { sentence } from '../values/error-facts.ts';

/**
 * Returns a provider for the live API, or for any server that implements it (`baseURL`). Takes a client of the
 * `openai` package, or the options to create one. Loads the package on first use.
 *
 * The client's own retries and timeouts apply, and its errors reach the caller unchanged. Only an answer that is not
 * JSON or was cut off becomes an InvalidCompletionError.
 */
export function openaiProvider(
  clientOrOptions?: OpenAI | ConstructorParameters<typeof OpenAI>[0],
): CompletionProvider {
  assertValidClient(clientOrOptions);
  let client: Promise<OpenAI> | undefined;
  const connect = async () => {
    client ??= makeClient(clientOrOptions);
    try {
      return await client;
    } catch (error) {
      // Try again on the next call: a missing key, for example, may be set by then.
      client = undefined;
      throw error;
    }
  };

  return {
    async complete(request: CompletionRequest, options?: CompletionOptions): Promise<ChatCompletion> {
      const { chat } = await connect();
      using own = new RequestSignal(options?.signal);
      const answer = chat.completions.create(request, { signal: own.signal });
      await headersOf(answer);
      return await readBody(answer, own.signal);
    },
    async *stream(
      request: CompletionRequest,
      options?: CompletionOptions,
    ): AsyncGenerator<ChatCompletionChunk> {
      const { chat } = await connect();
      using own = new RequestSignal(options?.signal);
      const body = { ...request, stream: true, stream_options: { include_usage: true } } as const;
      const answer = chat.completions.create(body, { signal: own.signal });
      await headersOf(answer);
      const chunks = (await readBody(answer, own.signal))[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await readBody(chunks.next(), own.signal);
          if (next.done) return;
          yield next.value;
        }
      } finally {
        await chunks.return?.();
      }
    },
  };
}

/**
 * The signal of one request. The client never removes its listener from a signal. If all requests of a run shared the
 * run's signal, the listeners would be a memory leak, so each request gets a signal of its own.
 */
class RequestSignal implements Disposable {
  readonly signal: AbortSignal | undefined;
  readonly #stop: () => void = () => {};

  constructor(signal: AbortSignal | undefined) {
    if (!signal) return;
    const controller = new AbortController();
    this.signal = controller.signal;
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    this.#stop = () => signal.removeEventListener('abort', abort);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

/**
 * Throws a TypeError for a key or a provider in place of the options. The client would ignore such a value and use
 * the settings of the environment.
 */
function assertValidClient(given: unknown): void {
  if (given === undefined || isClient(given)) return;
  const isOther = typeof given !== 'object' || given === null || Array.isArray(given) || isProvider(given);
  if (!isOther) return;
  const advice =
    typeof given === 'string' ? 'openaiProvider({ apiKey })' : 'openaiProvider(new OpenAI({ … }))';
  throw new UsageError(
    sentence`${{ where: 'openaiProvider' }} takes ${{ expected: 'an OpenAI client or its options' }}, but was given ${{ given: isProvider(given) ? 'a provider' : secretWords(given) }}. Write ${advice}.`,
  );
}

async function makeClient(
  clientOrOptions: OpenAI | ConstructorParameters<typeof OpenAI>[0],
): Promise<OpenAI> {
  if (isClient(clientOrOptions)) return clientOrOptions;
  const { OpenAI: Client } = await import('openai').catch((error: unknown) => {
    throw new MissingPackageError('A live model', 'openai', { cause: error });
  });
  return new Client(clientOrOptions);
}

/**
 * Waits for the headers of the answer. An error before they arrive concerns the request, and the client's error is
 * thrown unchanged.
 */
async function headersOf(
  answer: PromiseLike<unknown> & { asResponse?: () => Promise<unknown> },
): Promise<void> {
  // A double of a client may lack `asResponse`.
  await answer.asResponse?.();
}

/**
 * Reads a part of the body. The client throws a bare SyntaxError for a body that is not JSON, and the error of
 * `fetch` for a body that breaks off. Neither answer can be used, so both become an InvalidCompletionError. An error
 * that the API sends in the middle of a stream is an APIError, and is thrown unchanged.
 */
async function readBody<T>(body: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (signal?.aborted || !isError(error) || 'headers' in error || error.name === 'AbortError') throw error;
    const reason = error instanceof SyntaxError ? 'it is not JSON' : 'it was cut off';
    throw new InvalidCompletionError(reason, error.message, { cause: error });
  }
}
