import {
  tool,
  type ChatCompletionChunk,
  type CompletionRequest,
  type JsonObjectSchema,
  type Tool,
} from 'swarmcheck';

type Definitions = NonNullable<CompletionRequest['tools']>;

/** A request as the engine makes it, except for what a test wants to be different. */
export function request(different: Partial<CompletionRequest> = {}): CompletionRequest {
  return {
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ],
    ...different,
  };
}

/** The definitions of tools that all have this schema, as requests carry them. */
export function offer(
  names: string[],
  parameters: JsonObjectSchema = { type: 'object', properties: {} },
): Definitions {
  return names.map((name) => ({
    type: 'function',
    function: { name, description: '', parameters: { ...parameters } },
  }));
}

/** A tool that takes these arguments and answers with them. */
export function echoTool(name: string, properties: Record<string, object> = {}): Tool {
  return tool({ name, parameters: { type: 'object', properties }, execute: (args) => JSON.stringify(args) });
}

/** All chunks of a stream. */
export async function readAll(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** What a promise is rejected with; fails when it is not, or with something that is no error. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome)
    throw new Error(`It was expected to be rejected, but resolved to ${JSON.stringify(outcome.value)}.`);
  if (!(outcome.error instanceof Error))
    throw new Error(`It was rejected with ${String(outcome.error)}, which is no error.`);
  return outcome.error;
}

/** What a function throws; fails when it throws nothing. */
export function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('It was expected to throw an error, but did not.');
}
