/** The body of a response with status 400. */
export interface ApiErrorBody {
  error: { message: string; type: 'invalid_request_error'; param: string | null; code: string | null };
}

/**
 * The error with which the Chat Completions API refuses a body; undefined for a body that it accepts.
 *
 * The rules follow the API reference (Chat, "Create chat completion"); the messages are the API's own if those are
 * public. The shape of the fields is checked first, with a code and paths like `messages[3].role`; the order of the
 * messages is checked last, with paths like `messages.[3].role` and no code. Anything not listed here is accepted,
 * including other top-level fields, because compatible servers have their own. In an optional field, null means
 * absent.
 */
export function refusalOf(body: unknown): ApiErrorBody | undefined {
  return requestProblems(body).next().value ?? undefined;
}

/** The error for a body that is not JSON. */
export function unparsableBody(): ApiErrorBody {
  return refusal(
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  );
}

/**
 * The consumer reads only the first problem. So the code after a `yield` may assume that the problem did not occur.
 */
type Problems = Generator<ApiErrorBody, void, undefined>;
type Fields = Readonly<Record<string, unknown>>;

function* requestProblems(body: unknown): Problems {
  if (!isObject(body)) yield refusal(`Invalid body: expected an object, but got ${typeWords(body)} instead.`);
  const { model, messages, tools, tool_choice, parallel_tool_calls, stream, stream_options } = fieldsOf(body);
  if (typeof model !== 'string' || model === '') yield refusal('you must provide a model parameter');
  yield* listProblems('messages', messages, messageProblems);
  if (isPresent(tools)) yield* listProblems('tools', tools, toolProblems);
  if (isPresent(tool_choice)) yield* toolChoiceProblems(tool_choice, tools);
  if (isPresent(parallel_tool_calls) && !isPresent(tools)) yield onlyWithTools('parallel_tool_calls');
  if (isPresent(stream)) yield* kindProblems('stream', stream, 'a boolean');
  const onlyStreamed = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
  if (isPresent(stream_options) && stream !== true) yield refusal(onlyStreamed, 'stream_options');
  yield* orderProblems((messages as unknown[]).map(fieldsOf));
}

function* messageProblems(path: string, message: unknown, index: number): Problems {
  yield* kindProblems(path, message, 'an object');
  const { role, content, tool_calls: calls, tool_call_id: id, ...others } = fieldsOf(message);
  yield* nameProblems(`${path}.role`, role, ['system', 'assistant', 'user', 'function', 'tool', 'developer']);
  // Messages of the engine have these fields for the code that reads a response. The API refuses them.
  const extra = ['sender', 'tool_name'].find((field) => others[field] !== undefined);
  const unexpected = `('${extra}' was unexpected) - 'messages.${index}'`;
  if (extra) yield refusal(`Additional properties are not allowed ${unexpected}`);
  // Missing content is reported last, with the order of the messages, except in a developer message.
  const isAsked = isPresent(content) || role === 'developer';
  if (isAsked) yield* kindProblems(`${path}.content`, content, 'one of a string or array of objects');
  if (isPresent(calls) && role === 'assistant')
    yield* listProblems(`${path}.tool_calls`, calls, callProblems);
  if (isPresent(id) && role === 'tool') yield* kindProblems(`${path}.tool_call_id`, id, 'a string');
}

function* callProblems(path: string, call: unknown): Problems {
  yield* functionProblems(path, call, ['name', 'arguments']);
  const { id } = fieldsOf(call);
  yield* kindProblems(`${path}.id`, id, 'a string');
  if (id === '') yield empty(`${path}.id`, 'string');
}

/** A name must match ^[a-zA-Z0-9_-]{1,64}$. The API has one message for each part of this rule. */
function* toolProblems(path: string, tool: unknown): Problems {
  yield* functionProblems(path, tool, ['name']);
  const { type, function: offered } = fieldsOf(tool);
  if (type === 'custom') return;
  const { name, parameters } = fieldsOf(offered) as { name: string; parameters?: unknown };
  const param = `${path}.function.name`;
  if (name === '') yield empty(param, 'string');
  const long = `Expected a string with maximum length 64, but got a string with length ${name.length} instead.`;
  if (name.length > 64) yield invalid(param, `string too long. ${long}`, 'string_above_max_length');
  const fitting = "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
  if (/[^\w-]/.test(name)) yield invalid(param, `string does not match pattern. ${fitting}`, 'invalid_value');
  if (isPresent(parameters)) yield* kindProblems(`${path}.function.parameters`, parameters, 'an object');
}

/** Checks what tools and calls have in common. Those of type custom have no `function`. */
function* functionProblems(path: string, item: unknown, texts: readonly string[]): Problems {
  yield* kindProblems(path, item, 'an object');
  const { type, function: fields } = fieldsOf(item);
  yield* nameProblems(`${path}.type`, type, ['function', 'custom']);
  if (type === 'custom') return;
  yield* kindProblems(`${path}.function`, fields, 'an object');
  for (const text of texts)
    yield* kindProblems(`${path}.function.${text}`, fieldsOf(fields)[text], 'a string');
}

function* toolChoiceProblems(choice: unknown, tools: unknown): Problems {
  if (typeof choice === 'string') yield* nameProblems('tool_choice', choice, ['none', 'auto', 'required']);
  else yield* kindProblems('tool_choice', choice, "one of one of 'none', 'auto', or 'required' or object");
  if (!isPresent(tools)) yield onlyWithTools('tool_choice');
  const { type, function: chosen } = fieldsOf(choice);
  if (typeof choice === 'string' || type === 'custom' || type === 'allowed_tools') return;
  yield* kindProblems('tool_choice.function', chosen, 'an object');
  const { name } = fieldsOf(chosen);
  yield* kindProblems('tool_choice.function.name', name, 'a string');
  const names = (tools as unknown[]).map((tool) => fieldsOf(fieldsOf(tool)['function'])['name']);
  // The message of the API names `functions`, the predecessor of `tools`.
  const none = `no function named '${String(name)}' was specified in the 'functions' parameter.`;
  if (!names.includes(name)) yield refusal(`Invalid value for 'function_call': ${none}`, 'function_call');
}

/**
 * Validates the order of the messages. Each call of an assistant message must be answered once, by the tool messages
 * right after it.
 */
function* orderProblems(messages: readonly Fields[]): Problems {
  let open = new Set<unknown>();
  let done = new Map<unknown, number>();
  for (const [index, message] of messages.entries()) {
    const { role, content, tool_call_id: id } = message;
    const { tool_calls, function_call, refusal: no, audio }: Fields = role === 'assistant' ? message : {};
    const hasContent = role === 'function' || [content, tool_calls, function_call, no, audio].some(isPresent);
    const gotNull = "Invalid value for 'content': expected a string, got null.";
    if (!hasContent) yield refusal(gotNull, `messages.[${index}].content`);
    if (role === 'tool') {
      yield* answerProblems(index, id, open, done);
    } else {
      if (open.size > 0) yield unanswered(open, `messages.[${index}].role`);
      open = new Set(((tool_calls ?? []) as unknown[]).map((call) => fieldsOf(call)['id']));
      done = new Map();
    }
  }
  if (open.size > 0) yield unanswered(open, 'messages');
}

function* answerProblems(at: number, id: unknown, open: Set<unknown>, done: Map<unknown, number>): Problems {
  const param = `messages.[${at}].tool_call_id`;
  const missing = "messages with role 'tool' must have a 'tool_call_id'.";
  if (!isPresent(id)) yield refusal(`Missing parameter 'tool_call_id': ${missing}`, param);
  const orphan = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
  if (open.size === 0) yield refusal(`Invalid parameter: ${orphan}`, `messages.[${at}].role`);
  const known = `'tool_call_id' of '${String(id)}'`;
  const twice = `Duplicate value for ${known}, in messages[${done.get(id)}] and messages[${at}].`;
  if (done.has(id)) yield refusal(`Invalid parameter: ${twice}`, param);
  const nowhere = `${known} not found in 'tool_calls' of previous message.`;
  if (!open.delete(id)) yield refusal(`Invalid parameter: ${nowhere}`, param);
  done.set(id, at);
}

function unanswered(open: Set<unknown>, param: string): ApiErrorBody {
  const rule = "must be followed by tool messages responding to each 'tool_call_id'";
  const ids = `The following tool_call_ids did not have response messages: ${[...open].join(', ')}`;
  return refusal(`An assistant message with 'tool_calls' ${rule}. ${ids}`, param);
}

function* listProblems(path: string, list: unknown, itemProblems: typeof messageProblems): Problems {
  yield* kindProblems(path, list, 'an array of objects');
  const items = list as unknown[];
  if (items.length === 0) yield empty(path, 'array');
  for (const [index, item] of items.entries()) yield* itemProblems(`${path}[${index}]`, item, index);
}

function* nameProblems(path: string, name: unknown, names: readonly string[]): Problems {
  yield* kindProblems(path, name, 'a string');
  if (names.includes(name as string)) return;
  const known = `Supported values are: ${new Intl.ListFormat('en').format(names.map((one) => `'${one}'`))}.`;
  yield refusal(`Invalid value: '${String(name)}'. ${known}`, path, 'invalid_value');
}

/** The kinds of values that the API expects, in its own words. */
const kinds = {
  'a string': (value) => typeof value === 'string',
  'a boolean': (value) => typeof value === 'boolean',
  'an object': (value) => isObject(value),
  'an array of objects': (value) => Array.isArray(value),
  'one of a string or array of objects': (value) => typeof value === 'string' || Array.isArray(value),
  "one of one of 'none', 'auto', or 'required' or object": (value) => isObject(value),
} satisfies Record<string, (value: unknown) => boolean>;

function* kindProblems(path: string, value: unknown, kind: keyof typeof kinds): Problems {
  const missing = `Missing required parameter: '${path}'.`;
  if (value === undefined) yield refusal(missing, path, 'missing_required_parameter');
  const unfit = `expected ${kind}, but got ${typeWords(value)} instead.`;
  if (!kinds[kind](value)) yield refusal(`Invalid type for '${path}': ${unfit}`, path, 'invalid_type');
}

function empty(path: string, kind: 'string' | 'array'): ApiErrorBody {
  const one = kind === 'array' ? 'an array' : 'a string';
  const expected = `Expected ${one} with minimum length 1, but got an empty ${kind} instead.`;
  return invalid(path, `empty ${kind}. ${expected}`, `empty_${kind}`);
}

function typeWords(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return Array.isArray(value) ? 'an array' : `${isObject(value) ? 'an' : 'a'} ${typeof value}`;
}

const refusal = (message: string, param: string | null = null, code: string | null = null): ApiErrorBody => ({
  error: { message, type: 'invalid_request_error', param, code },
});
const invalid = (param: string, why: string, code: string) =>
  refusal(`Invalid '${param}': ${why}`, param, code);
const onlyWithTools = (field: string) =>
  refusal(`Invalid value for '${field}': '${field}' is only allowed when 'tools' are specified.`, field);
const isPresent = (value: unknown) => value !== undefined && value !== null;
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Own fields, without a prototype: "constructor" or "__proto__" is then a name like any other. */
const fieldsOf = (value: unknown) => ({ __proto__: null, ...(value as object) }) as unknown as Fields;
