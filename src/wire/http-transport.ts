import { openaiProvider } from '../engine/model/openai-provider.ts';
import type { CompletionOptions, CompletionProvider } from '../engine/model/provider.ts';
import { MissingPackageError } from '../engine/values/missing-package-error.ts';
import { WireLog } from './exchange.ts';
import { inProcessFetch } from './in-process-fetch.ts';
import { loadValidator } from './respond.ts';

/** The address of requests that never leave the process. Its domain is reserved for testing (RFC 6761). */
const address = 'http://swarmcheck.test/v1';

/**
 * Turns off what the client adds: retries, time limit, logging, and its refusal to run in a browser, which tests may
 * emulate.
 */
const clientOptions = {
  apiKey: 'none',
  baseURL: address,
  maxRetries: 0,
  timeout: 2 ** 31 - 1,
  logLevel: 'off',
  dangerouslyAllowBrowser: true,
} as const;

/** Loads what `overHttp` needs. Rejects if the package openai is not installed. */
export async function loadHttpTransport(): Promise<void> {
  await Promise.all([loadClient(), loadValidator()]);
}

async function loadClient() {
  return await import('openai').catch((cause: unknown) => {
    throw new MissingPackageError('The transport "http"', 'openai', { cause, isForTests: true });
  });
}

/**
 * A provider that asks `provider` through the real `openai` client, with real requests and responses, but without a
 * socket. Retries are off, so each request reaches `provider` once. Needs the package openai.
 *
 * A mistake in the test (such as a request beyond the script) rejects with its own error object, unchanged. Any other
 * error is the one that the client throws.
 */
export async function overHttp(provider: CompletionProvider): Promise<CompletionProvider> {
  const { OpenAI: Client } = await loadClient();

  /**
   * Makes a client for one request, so that a mistake in the test rejects the request during which it happened, and
   * no concurrent one.
   */
  const connect = (options: CompletionOptions | undefined) => {
    let mistake: { error: unknown } | undefined;
    const served = {
      provider,
      log: new WireLog(),
      onMistake: (error: unknown) => void (mistake ??= { error }),
      validatesRequests: false,
      fillsUsage: false,
    };
    const client = new Client({ ...clientOptions, fetch: inProcessFetch(served, options) });
    const own = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer;
      } catch (error) {
        throw mistake ? mistake.error : error;
      }
    };
    return { api: openaiProvider(client), own };
  };

  return {
    complete(request, options) {
      const { api, own } = connect(options);
      return own(api.complete(request, options));
    },
    async *stream(request, options) {
      const { api, own } = connect(options);
      const chunks = api.stream(request, options)[Symbol.asyncIterator]();
      try {
        for (let next = await own(chunks.next()); !next.done; next = await own(chunks.next()))
          yield next.value;
      } finally {
        await chunks.return?.();
      }
    },
  };
}
