import OpenAI from 'openai';

/** What a request says. */
export type Request = Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, 'stream'>;
type Tool = OpenAI.Chat.ChatCompletionFunctionTool;

/** A client as most apps make it: nothing is set, so that it tries again on its own. */
export const bareClient = () => new OpenAI({ apiKey: 'none' });

/** The least that a request says. */
export const hello: Request = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello?' }] };

/** A tool as a request offers it. */
export const offer = (name: string, parameters?: Record<string, unknown>): Tool => ({
  type: 'function',
  function: { name, ...(parameters && { parameters }) },
});

/** The answer, in one piece. */
export async function messageOf(client: OpenAI, request: Request = hello) {
  const { choices } = await client.chat.completions.create(request);
  return choices[0]!.message;
}

/** The text of the answer. */
export async function textOf(client: OpenAI, request: Request = hello): Promise<string | null> {
  return (await messageOf(client, request)).content;
}

/** What arrives of a streamed answer, and with what it breaks off. */
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
