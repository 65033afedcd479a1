import OpenAI from 'openai';

/** The body of a request, without `stream`. */
export type Request = Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, 'stream'>;
type Tool = OpenAI.Chat.ChatCompletionFunctionTool;

/** A client as most apps create it: with default options, so that it retries. */
export const bareClient = () => new OpenAI({ apiKey: 'none' });

/** The smallest valid request. */
export const hello: Request = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello?' }] };

/** A tool as a request offers it. */
export const offer = (name: string, parameters?: Record<string, unknown>): Tool => ({
  type: 'function',
  function: { name, ...(parameters && { parameters }) },
});

/** The message of an unstreamed answer. */
export async function messageOf(client: OpenAI, request: Request = hello) {
  const { choices } = await client.chat.completions.create(request);
  return choices[0]!.message;
}

/** The text of an unstreamed answer. */
export async function textOf(client: OpenAI, request: Request = hello): Promise<string | null> {
  return (await messageOf(client, request)).content;
}

/** The chunks of a streamed answer, and the error that ends it, if any. */
export async function streamed(
  client: OpenAI,
  request: Request = hello,
  options: Partial<StreamOptions> = {},
) {
  const chunks: OpenAI.Chat.ChatCompletionChunk[] = [];
  try {
    const stream = await client.chat.completions.create({ ...request, ...options, stream: true });
    for await (const chunk of stream) chunks.push(chunk);
  } catch (error) {
    return { chunks, error };
  }
  return { chunks };
}

type StreamOptions = Pick<OpenAI.Chat.ChatCompletionCreateParamsStreaming, 'stream_options'>;
