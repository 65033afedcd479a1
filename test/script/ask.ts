import { tool, type CompletionRequest, type JsonObjectSchema, type Tool } from 'swarmcheck';

type Definitions = NonNullable<CompletionRequest['tools']>;

/** A request as the engine makes it, except for the fields that a test sets. */
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

/** The tools of a request, all with this schema. */
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
