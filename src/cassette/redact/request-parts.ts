import { isPlainObject } from '../../engine/values/copy.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import type { CompletionRequest } from '../../engine/model/provider.ts';
import { isInstructions } from '../../trace/continuation.ts';

/** A request, taken apart into what can change on its own. */
export interface RequestParts {
  readonly model: string;
  /** The text of the system message, where the request begins with one that is only text. */
  readonly instructions: string | undefined;
  readonly role: 'system' | 'developer';
  readonly tools: readonly object[];
  /** Whatever else it says to the model. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The messages after the instructions. */
  readonly history: readonly WireMessage[];
  /** The place of the first of these in the request. */
  readonly start: 0 | 1;
}

/** What says how an answer is sent, billed or kept, and nothing to the model. */
const unheardFields = new Set([
  'messages',
  'model',
  'tools',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_retention',
]);

/** Takes a request apart. */
export function partsOf(request: CompletionRequest): RequestParts {
  const { messages, model, tools } = request;
  const [first] = messages;
  const instructions = plainInstructions(first);
  const start = instructions === undefined ? 0 : 1;
  const parameters = Object.entries(request).filter(
    ([field, value]) => value !== undefined && value !== null && !unheardFields.has(field),
  );
  return {
    model,
    instructions,
    role: first?.role === 'developer' ? 'developer' : 'system',
    // The arrays are the provider's own, which may do with them what it likes.
    tools: [...(tools ?? [])],
    parameters: Object.fromEntries(parameters),
    history: messages.slice(start),
    start,
  };
}

function plainInstructions(message: WireMessage | undefined): string | undefined {
  if (!isPlainObject(message) || !isInstructions(message)) return undefined;
  const { content, role: _role, ...others } = message as { content: unknown; role: string };
  const isPlain = Object.values(others).every((value) => value === undefined || value === null);
  return isPlain && typeof content === 'string' ? content : undefined;
}

/** What a tool is called, whatever kind it is. */
export function toolName(tool: unknown): string {
  const { type, function: called, custom } = isPlainObject(tool) ? tool : {};
  const { name } = (isPlainObject(called) ? called : isPlainObject(custom) ? custom : {}) as {
    name?: unknown;
  };
  return typeof name === 'string' && name !== '' ? name : typeof type === 'string' ? type : 'tool';
}
