import OpenAI from 'openai';
import { externalAgent, type ExternalAgent, type ExternalTurn } from 'swarmcheck/testing';

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];
type Answer = OpenAI.Chat.Completions.ChatCompletionMessage;

/** How an app talks to the model. */
export interface Habits {
  /** Through the given `fetch`, or over a socket, by the base URL only. */
  by?: 'fetch' | 'baseURL';
  stream?: boolean;
  maxRetries?: number;
}

/** All four combinations. */
export const habits: readonly Required<Pick<Habits, 'by' | 'stream'>>[] = [
  { by: 'fetch', stream: false },
  { by: 'fetch', stream: true },
  { by: 'baseURL', stream: false },
  { by: 'baseURL', stream: true },
];

const parameters = { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] };
const definition = (name: string, parameters: Record<string, unknown> = { type: 'object', properties: {} }) =>
  ({ type: 'function', function: { name, parameters } }) as const;

/** The agents of the app: their instructions, and their tools. */
const agents = {
  triage: { instructions: 'Find out what the user needs.', tools: [definition('transfer_to_refunds')] },
  refunds: {
    instructions: 'Refund what was paid.',
    tools: [definition('issue_refund', parameters), definition('transfer_to_triage')],
  },
};

export function clientOf(
  { baseURL, apiKey, fetch }: Pick<ExternalTurn, 'baseURL' | 'apiKey' | 'fetch'>,
  { by = 'fetch', maxRetries = 0 }: Habits = {},
): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries, logLevel: 'off', ...(by === 'fetch' ? { fetch } : {}) });
}

/** An app with its own run loop, two agents and a history, as people write it by hand. */
class RefundApp {
  readonly #habits: Habits;
  #agent: keyof typeof agents = 'triage';
  #history: Messages = [];

  constructor(habits: Habits = {}) {
    this.#habits = habits;
  }

  async answer(turn: ExternalTurn): Promise<string | null> {
    const client = clientOf(turn, this.#habits);
    this.#history.push({ role: 'user', content: turn.message });
    for (;;) {
      const message = await this.#ask(client, turn.signal);
      this.#history.push(message);
      if (!message.tool_calls?.length) return message.content;
      for (const call of message.tool_calls) {
        if (call.type !== 'function') continue;
        const content = this.#call(call.function.name, call.function.arguments);
        this.#history.push({ role: 'tool', tool_call_id: call.id, content });
      }
    }
  }

  async #ask(client: OpenAI, signal: AbortSignal): Promise<Answer> {
    const { instructions, tools } = agents[this.#agent];
    const messages: Messages = [{ role: 'system', content: instructions }, ...this.#history];
    const request = { model: 'gpt-4o', messages, tools: [...tools] };
    if (!this.#habits.stream)
      return (await client.chat.completions.create(request, { signal })).choices[0]!.message;
    const answer = client.chat.completions.stream(request, { signal });
    return (await answer.finalChatCompletion()).choices[0]!.message;
  }

  #call(name: string, args: string): string {
    if (name === 'issue_refund') return `refunded ${(JSON.parse(args) as { orderId: string }).orderId}`;
    this.#agent = name.replace('transfer_to_', '') as keyof typeof agents;
    return `now it is ${this.#agent}`;
  }
}

/** The app as the agent of a scenario. Each call returns a new app. */
export function refundApp(habits: Habits = {}): ExternalAgent {
  const app = new RefundApp(habits);
  return externalAgent((turn) => app.answer(turn));
}
