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

/** Asks until there are no more calls, and begins anew with each message. */
async function answer(turn: ExternalTurn, create: typeof createWhole): Promise<string> {
  const { baseURL, apiKey, fetch } = turn;
  // It asks again as often as the client does by itself: twice.
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

/** Puts the pieces together by hand, and does not look at how they end. */
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

/** A refund by an app of the openai package, that tells the user what the model said. */
export const refundByApp: Scenario = {
  name: 'refund by app',
  agent: externalAgent((turn) => answer(turn, createWhole)),
  steps: [user('A-17, please.'), callTool('refund', { orderId: 'A-17' }), say('Done.')],
};

/** The same, streamed, and without a look at how a stream ends. */
export const streamedByApp: Scenario = {
  ...refundByApp,
  agent: externalAgent((turn) => answer(turn, createStreamed)),
};

/** The same by an app that says sorry whatever happens. */
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

/** The same by an app that waits for better times. */
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
