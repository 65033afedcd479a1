import OpenAI from 'openai';
import { offer } from '../support/openai-client.ts';

const order = { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] };

const agents = {
  triage: {
    instructions: 'Find out what the user needs.',
    tools: [offer('look_up', order), offer('transfer_to_refunds', { type: 'object', properties: {} })],
  },
  refunds: { instructions: 'Refund what was paid.', tools: [offer('issue_refund', order)] },
};

const tools: Record<string, (args: { orderId: string }) => string> = {
  look_up: ({ orderId }) => JSON.stringify({ orderId, paid: true }),
  issue_refund: ({ orderId }) => `refunded ${orderId}`,
  transfer_to_refunds: () => 'Now in refunds.',
};

/** An app with its own client, as users write it: a loop, two agents and a handoff. */
export async function askDesk(question: string, client = new OpenAI({ apiKey: 'none' })): Promise<string> {
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: 'user', content: question }];
  let agent = agents.triage;
  for (;;) {
    const completion = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'system', content: agent.instructions }, ...messages],
      tools: agent.tools,
    });
    const { message } = completion.choices[0]!;
    messages.push(message);
    if (!message.tool_calls) return message.content ?? '';
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue;
      messages.push({ role: 'tool', tool_call_id: call.id, content: answerTo(call.function) });
      if (call.function.name === 'transfer_to_refunds') agent = agents.refunds;
    }
  }
}

function answerTo({ name, arguments: raw }: { name: string; arguments: string }): string {
  const execute = tools[name];
  if (!execute) return `Error: no tool ${name}.`;
  try {
    const args = JSON.parse(raw) as { orderId: string };
    return args.orderId === undefined && name !== 'transfer_to_refunds'
      ? 'Error: orderId is missing.'
      : execute(args);
  } catch {
    return 'Error: that is no JSON.';
  }
}
