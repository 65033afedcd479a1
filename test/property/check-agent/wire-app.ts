import { externalAgent, type ExternalAgent } from 'swarmcheck/testing';

/** A tool of the app: the JSON Schemas of its arguments, and its answer. */
export interface WireTool {
  readonly properties?: Record<string, object>;
  readonly answer: (args: Record<string, unknown>) => string;
}

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

/** An app with a run loop of its own and no SDK, which keeps nothing between conversations. */
export function wireApp(tools: Readonly<Record<string, WireTool>>): ExternalAgent {
  const offered = Object.entries(tools).map(([name, { properties = {} }]) => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties, required: Object.keys(properties) } },
  }));
  return externalAgent(async ({ messages, fetch, baseURL }) => {
    const all: unknown[] = [...messages];
    for (;;) {
      const response = await fetch(`${baseURL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: all, tools: offered }),
      });
      const { choices } = (await response.json()) as {
        choices: { message: { content: string | null; tool_calls?: Call[] } }[];
      };
      const { message } = choices[0]!;
      all.push(message);
      if (!message.tool_calls) return message.content;
      for (const call of message.tool_calls)
        all.push({ role: 'tool', tool_call_id: call.id, content: answerTo(call, tools) });
    }
  });
}

function answerTo(
  { function: { name, arguments: json } }: Call,
  tools: Readonly<Record<string, WireTool>>,
): string {
  if (!Object.hasOwn(tools, name)) return 'There is no such tool.';
  try {
    return tools[name]!.answer(JSON.parse(json) as Record<string, unknown>);
  } catch {
    return 'The arguments are not valid JSON.';
  }
}
