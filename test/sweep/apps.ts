import OpenAI from 'openai';
import { callTool, externalAgent, say, user, type ExternalTurn, type Scenario } from 'swarmcheck/testing';

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];

const tools = [
  {
    type: 'function',
    function: {
      name: 'refund',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
    },
  },
] as const;

/** The loop of the app: it asks the model until an answer has no calls. Each message starts a new history. */
async function answer(turn: ExternalTurn, create: typeof createWhole): Promise<string> {
  const { baseURL, apiKey, fetch } = turn;
  // Keeps the client's default number of retries: two.
  const client = new OpenAI({ baseURL, apiKey, fetch, logLevel: 'off' });
  const messages: Messages = [
    { role: 'system', content: 'Refund.' },
    { role: 'user', content: turn.message },
  ];
  for (;;) {
    const message = await create(client, messages, turn.signal);
    messages.push(message);
    if (!message.tool_calls?.length) return message.content ?? '';
    for (const call of message.tool_calls)
      messages.push({ role: 'tool', tool_call_id: call.id, content: 'refunded' });
  }
}

type Answer = OpenAI.Chat.Completions.ChatCompletionAssistantMessageParam & {
  content?: string | null;
};

async function createWhole(client: OpenAI, messages: Messages, signal: AbortSignal): Promise<Answer> {
  const completion = await client.chat.completions.create(
    { model: 'gpt-4o', messages, tools: [...tools] },
    { signal },
  );
  return completion.choices[0]!.message;
}

/** Joins the pieces of a stream by hand, and does not check how the stream ends. */
async function createStreamed(client: OpenAI, messages: Messages, signal: AbortSignal): Promise<Answer> {
  const stream = await client.chat.completions.create(
    { model: 'gpt-4o', messages, tools: [...tools], stream: true },
    { signal },
  );
  let content = '';
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = [];
  for await (const chunk of stream) {
    const { delta } = chunk.choices[0] ?? {};
    content += delta?.content ?? '';
    for (const { index, id = '', function: piece } of delta?.tool_calls ?? []) {
      calls[index] ??= { id, type: 'function', function: { name: piece?.name ?? '', arguments: '' } };
      calls[index].function.arguments += piece?.arguments ?? '';
    }
  }
  return { role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) };
}

/** A refund by an app that uses the openai package. Its reply is the text of the model. */
export const refundByApp: Scenario = {
  name: 'refund by app',
  agent: externalAgent((turn) => answer(turn, createWhole)),
  steps: [user('A-17, please.'), callTool('refund', { orderId: 'A-17' }), say('Done.')],
};

/** The same refund, streamed. The app does not check how a stream ends. */
export const streamedByApp: Scenario = {
  ...refundByApp,
  agent: externalAgent((turn) => answer(turn, createStreamed)),
};

/** The same refund by an app that replies "Sorry." to every error. */
export const sorryApp: Scenario = {
  ...refundByApp,
  agent: externalAgent(async (turn) => {
    try {
      return await answer(turn, createWhole);
    } catch {
      return 'Sorry.';
    }
  }),
};

/** The same refund by an app that waits for ever after an error. */
export const waitingApp: Scenario = {
  ...refundByApp,
  agent: externalAgent(async (turn) => {
    try {
      return await answer(turn, createWhole);
    } catch {
      return await new Promise(() => {});
    }
  }),
};
