/**
 * The smallest possible agent loop, with which every ratio is computed: one live array of messages, no system
 * message, no copies, no validation, no events.
 */
export interface BareMessage {
  role: string;
  content: string | null;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
}
export interface BareAgent {
  name: string;
  model: string;
  instructions: string;
  tools: Record<string, (args: { x?: number }) => unknown>;
}

/**
 * Answers request n with prepared message n. With snapshots, each request is kept as a new array that begins with the
 * system message: the fairest comparison with a real engine.
 */
export function bareModel(answers: readonly BareMessage[], snapshots: boolean) {
  let next = 0;
  const requests: BareMessage[][] = [];
  return {
    async complete({
      system,
      messages,
    }: {
      model: string;
      system: string;
      messages: BareMessage[];
      tools: object;
    }) {
      if (snapshots) requests.push([{ role: 'system', content: system }, ...messages]);
      return answers[next++]!;
    },
  };
}

export async function bareLoop(
  agent: BareAgent,
  model: ReturnType<typeof bareModel>,
  messages: BareMessage[],
) {
  let active = agent;
  for (;;) {
    const { model: name, instructions: system, tools } = active;
    const message = await model.complete({ model: name, system, messages, tools });
    messages.push(message);
    if (!message.tool_calls) return { messages, agent: active };
    for (const call of message.tool_calls) {
      const result = await tools[call.function.name]!(JSON.parse(call.function.arguments) as { x?: number });
      if (typeof result === 'object') active = result as BareAgent;
      const content = typeof result === 'string' ? result : 'transferred';
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
}
