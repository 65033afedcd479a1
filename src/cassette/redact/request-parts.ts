import { isPlainObject } from '../../engine/values/copy.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import type { CompletionRequest } from '../../engine/model/provider.ts';
import { isInstructions } from '../../trace/continuation.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { CassetteFileError } from '../cassette-errors.ts';

/** A request, split into the parts that can change separately. */
export interface RequestParts {
  readonly model: string;
  /** The text of the system message, if the request begins with one that is only text. */
  readonly instructions: string | undefined;
  readonly role: 'system' | 'developer';
  readonly tools: readonly object[];
  /** All other fields of the request that reach the model. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The messages after the instructions. */
  readonly history: readonly WireMessage[];
  /** The index of the first message of `history` in the request. */
  readonly start: 0 | 1;
}

/** Fields that are not parameters: they are stored elsewhere, or say only how an answer is sent, billed or kept. */
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

/** Splits a request into its parts. */
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
    // Copied, because a provider may change the arrays of a request.
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

/** The name of a tool of any kind. */
export function toolName(tool: unknown): string {
  const { type, function: called, custom } = isPlainObject(tool) ? tool : {};
  const { name } = (isPlainObject(called) ? called : isPlainObject(custom) ? custom : {}) as {
    name?: unknown;
  };
  return typeof name === 'string' && name !== '' ? name : typeof type === 'string' ? type : 'tool';
}

/** All of a request except its history, without secrets. */
export type Settings = Omit<RequestParts, 'history' | 'start'>;

/**
 * The stored form of the settings of a request. In a replay, `like` has the recorded settings, whose placeholders are
 * used again.
 */
export function settingsOf(
  { model, instructions, role, tools, parameters }: RequestParts,
  redactor: Redactor,
  secrets: LaneSecrets,
  like?: Settings,
): Settings {
  const path = ['request', 'messages', 0, 'content'];
  return {
    model,
    instructions:
      instructions === undefined ? undefined : redactor.text(secrets, instructions, path, like?.instructions),
    role,
    tools: tools.map((tool, index) =>
      storedTool(tool, ['request', 'tools', index], redactor, secrets, like?.tools[index]),
    ),
    parameters: storedParameters(parameters, redactor, secrets, like?.parameters),
  };
}

/** Parameters that are schemas. A schema may describe a field called "password", but it contains no password. */
const schemaParameters = new Set(['response_format', 'functions']);
const isSchema = ([name]: [string, unknown]) => schemaParameters.has(name);

function storedParameters(
  parameters: Settings['parameters'],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: Settings['parameters'] | undefined,
): Settings['parameters'] {
  const entries = Object.entries(parameters);
  const schemas = Object.fromEntries(entries.filter(isSchema));
  const others = Object.fromEntries(entries.filter((entry) => !isSchema(entry)));
  return {
    ...(redactor.data(secrets, others, ['request'], like) as object),
    ...(redactor.definition(secrets, schemas, ['request'], like) as object),
  };
}

/**
 * The stored form of a tool. A function is described by a schema, which is not data. A tool of another kind may hold
 * data, such as the headers for its server.
 */
function storedTool(
  tool: object,
  path: readonly (string | number)[],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: object | undefined,
): object {
  const { function: called, ...others } = tool as Record<string, unknown>;
  const rest = redactor.data(secrets, others, path, like) as object;
  if (called === undefined) return rest;
  return {
    ...rest,
    function: redactor.definition(
      secrets,
      called,
      [...path, 'function'],
      (like as { function?: unknown })?.function,
    ),
  };
}

/**
 * Whether two requests have the same settings. Objects that an engine shares between its requests are compared by
 * identity first.
 */
export function sameSettings(left: RequestParts, right: RequestParts): boolean {
  return (
    left.model === right.model &&
    left.instructions === right.instructions &&
    left.role === right.role &&
    left.tools.length === right.tools.length &&
    left.tools.every((tool, index) => isSame(tool, right.tools[index])) &&
    isSame(left.parameters, right.parameters)
  );
}

function isSame(left: object, right: object | undefined): boolean {
  return left === right || textOf(left) === JSON.stringify(right);
}

/** The JSON of a value. Cached, because the same value is compared with many others. */
function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

const texts = new WeakMap<object, string>();

/**
 * Throws a CassetteFileError if a name holds a secret. Names are stored unredacted, because replays look them up.
 */
export function assertValidNames(
  { conversation, secrets }: { conversation: string | undefined; secrets: LaneSecrets },
  agent: string,
  model: string,
  path: string,
): void {
  const names = { conversation, agent, model };
  for (const [what, name] of Object.entries(names))
    if (name !== undefined && secrets.hideText(name) !== name)
      throw new CassetteFileError(
        `The name of the ${what} contains an e-mail address or another secret, which would be written to ${path}. Use another name, for example an id.`,
        { problem: 'secret', file: path },
      );
}
