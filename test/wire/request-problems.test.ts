import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Swarm, type AgentOptions, type Message, type Response } from 'swarmcheck';
import { callTool, callTools, refuse, say, scriptedProvider, type ModelStep } from 'swarmcheck/testing';
import { refusalOf, unparsableBody, type ApiErrorBody } from '../../src/wire/request-problems.ts';
import { agents } from '../support/two-agents.ts';
import { assertProperty } from '../support/property.ts';

const hi = { role: 'user', content: 'hi' };
const body = (fields: object = {}) => ({ model: 'gpt-4o', messages: [hi], ...fields });
const saying = (...messages: unknown[]) => body({ messages });
const assistant = (fields: object) => ({ role: 'assistant', ...fields });

const called = { name: 'f', arguments: '{}' };
const call = (id: unknown) => ({ id, type: 'function', function: called });
const asking = (...ids: unknown[]) => assistant({ content: null, tool_calls: ids.map(call) });
const answer = (id: unknown) => ({ role: 'tool', tool_call_id: id, content: 'ok' });

const f = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };
const chosen = (name: string) => ({ type: 'function', function: { name } });

/** The whole error body, given the prefix of the path in the table. */
type Told = (at: string) => ApiErrorBody;
const told =
  (say: (path: string) => string, field: string, code: string | null): Told =>
  (at) => ({
    error: { message: say(at + field), type: 'invalid_request_error', param: at + field, code },
  });
const toldOf = (message: string, param: string | null): ApiErrorBody => ({
  error: { message, type: 'invalid_request_error', param, code: null },
});

const missing = (field: string) =>
  told((path) => `Missing required parameter: '${path}'.`, field, 'missing_required_parameter');
const wrong = (field: string, expected: string, got: string) =>
  told(
    (path) => `Invalid type for '${path}': expected ${expected}, but got ${got} instead.`,
    field,
    'invalid_type',
  );
const unknown = (field: string, value: string, known: string) =>
  told(() => `Invalid value: '${value}'. Supported values are: ${known}.`, field, 'invalid_value');
const noItems = (field: string) =>
  told(
    (path) =>
      `Invalid '${path}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    field,
    'empty_array',
  );
const noText = (field: string) =>
  told(
    (path) =>
      `Invalid '${path}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    field,
    'empty_string',
  );
const list = 'an array of objects';
const textOrParts = 'one of a string or array of objects';

test.for<[string, unknown, string]>([
  ['null', null, 'null'],
  ['a list', [body()], 'an array'],
  ['a string', 'hi', 'a string'],
])('an invalid body is refused: %s', ([, sent, got], { expect }) => {
  expect(refusalOf(sent)).toEqual(toldOf(`Invalid body: expected an object, but got ${got} instead.`, null));
});

test.for<[string, unknown]>([
  ['missing', { messages: [hi] }],
  ['null', body({ model: null })],
  ['empty', body({ model: '' })],
  ['not a string', body({ model: 4 })],
])('an invalid model is refused: %s', ([, sent], { expect }) => {
  expect(refusalOf(sent)).toEqual(toldOf('you must provide a model parameter', null));
});

test.for<[string, object, Told]>([
  ['no messages', { model: 'gpt-4o' }, missing('messages')],
  ['messages: null', body({ messages: null }), wrong('messages', list, 'null')],
  ['messages that are not a list', body({ messages: 'hi' }), wrong('messages', list, 'a string')],
  ['no message', saying(), noItems('messages')],
  ['tools that are not a list', body({ tools: f }), wrong('tools', list, 'an object')],
  ['no tool', body({ tools: [] }), noItems('tools')],
  ['stream as a string', body({ stream: 'yes' }), wrong('stream', 'a boolean', 'a string')],
  ['stream as a decimal', body({ stream: 0.5 }), wrong('stream', 'a boolean', 'a decimal number')],
])('an invalid field is refused: %s', ([, sent, expected], { expect }) => {
  expect(refusalOf(sent)).toEqual(expected(''));
});

test.for<[string, object]>([
  ['without stream', { stream_options: { include_usage: true } }],
  ['with stream: false', { stream: false, stream_options: {} }],
])('stream_options are refused %s', ([, fields], { expect }) => {
  const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
  expect(refusalOf(body(fields))).toEqual(toldOf(message, 'stream_options'));
});

const roles = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";

test.for<[string, unknown, Told]>([
  ['a string', 'hi', wrong('', 'an object', 'a string')],
  ['a list', [hi], wrong('', 'an object', 'an array')],
  ['without a role', { content: 'hi' }, missing('.role')],
  ['a role that is not a string', { role: 7 }, wrong('.role', 'a string', 'an integer')],
  ['an unknown role', { role: 'bot' }, unknown('.role', 'bot', roles)],
  ['a name of Object.prototype as the role', { role: 'constructor' }, unknown('.role', 'constructor', roles)],
  ['a number for content', { role: 'user', content: 7 }, wrong('.content', textOrParts, 'an integer')],
  ['an object for content', assistant({ content: {} }), wrong('.content', textOrParts, 'an object')],
  ['a developer without content', { role: 'developer' }, missing('.content')],
  ['a developer with null', { role: 'developer', content: null }, wrong('.content', textOrParts, 'null')],
  ['calls that are not a list', assistant({ tool_calls: {} }), wrong('.tool_calls', list, 'an object')],
  ['no call', asking(), noItems('.tool_calls')],
  [
    'an empty list of calls beside content',
    assistant({ content: 'hi', tool_calls: [] }),
    noItems('.tool_calls'),
  ],
  ['an answer to a number', answer(7), wrong('.tool_call_id', 'a string', 'an integer')],
])('an invalid message is refused: %s', ([, message, expected], { expect }) => {
  expect(refusalOf(saying(hi, message))).toEqual(expected('messages[1]'));
});

const nulls = { content: null, tool_calls: null, function_call: null, refusal: null, audio: null };

test.for<[string, object]>([
  ['a user without content', { role: 'user' }],
  ['a user with null', { role: 'user', content: null }],
  ['a system message without content', { role: 'system' }],
  ['an answer with null', { ...answer('a'), content: null }],
  ['an assistant that says nothing', assistant({})],
  ['an assistant with nulls', assistant(nulls)],
  ['a user with the fields of an assistant', { role: 'user', refusal: 'no', tool_calls: [call('a')] }],
])('a message without content is refused: %s', ([, message], { expect }) => {
  const expected = toldOf(
    "Invalid value for 'content': expected a string, got null.",
    'messages.[0].content',
  );
  expect(refusalOf(saying(message))).toEqual(expected);
});

test.for<[string, object]>([
  ['sender', assistant({ content: 'hi', sender: 'Triage' })],
  ['tool_name', { ...answer('a'), tool_name: 'f' }],
])('a field that only our messages have is refused: %s', ([field, message], { expect }) => {
  const expected = `Additional properties are not allowed ('${field}' was unexpected) - 'messages.1'`;
  expect(refusalOf(saying(hi, message))).toEqual(toldOf(expected, null));
});

const types = "'function' and 'custom'";

test.for<[string, unknown, Told]>([
  ['null', null, wrong('', 'an object', 'null')],
  ['without an id', { type: 'function', function: called }, missing('.id')],
  ['an id that is not a string', call(7), wrong('.id', 'a string', 'an integer')],
  ['an empty id', call(''), noText('.id')],
  ['an empty id of a custom call', { ...call(''), type: 'custom' }, noText('.id')],
  ['without a type', { id: 'a', function: called }, missing('.type')],
  ['an unknown type', { ...call('a'), type: 'code' }, unknown('.type', 'code', types)],
  ['without a function', { id: 'a', type: 'function' }, missing('.function')],
  [
    'a function that is a string',
    { ...call('a'), function: 'f' },
    wrong('.function', 'an object', 'a string'),
  ],
  ['without a name', { ...call('a'), function: { arguments: '' } }, missing('.function.name')],
  ['without arguments', { ...call('a'), function: { name: 'f' } }, missing('.function.arguments')],
  [
    'arguments that are an object',
    { ...call('a'), function: { name: 'f', arguments: {} } },
    wrong('.function.arguments', 'a string', 'an object'),
  ],
])('an invalid call is refused: %s', ([, one, expected], { expect }) => {
  const sent = saying(hi, assistant({ tool_calls: [call('first'), one] }));
  expect(refusalOf(sent)).toEqual(expected('messages[1].tool_calls[1]'));
});

const notFound = (id: string) =>
  `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`;
const twice = "Invalid parameter: Duplicate value for 'tool_call_id' of 'a', in messages[2] and messages[3].";
const orphan =
  "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
const noId = "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.";

test.for<[string, object[], string, string]>([
  ['without an id', [asking('a'), answer(undefined)], noId, '[2].tool_call_id'],
  ['with an id that is null', [asking('a'), answer(null)], noId, '[2].tool_call_id'],
  ['to nothing', [answer('a')], orphan, '[1].role'],
  ['to an assistant without calls', [assistant({ content: 'hi' }), answer('a')], orphan, '[2].role'],
  ['too many', [asking('a'), answer('a'), answer('a')], orphan, '[3].role'],
  ['that comes later', [asking('a'), answer('a'), hi, answer('a')], orphan, '[4].role'],
  ['to another call', [asking('a'), answer('b')], notFound('b'), '[2].tool_call_id'],
  ['to an empty id', [asking('a'), answer('')], notFound(''), '[2].tool_call_id'],
  [
    'to an earlier message',
    [asking('a'), answer('a'), asking('b'), answer('a')],
    notFound('a'),
    '[4].tool_call_id',
  ],
  ['given twice', [asking('a', 'b'), answer('a'), answer('a')], twice, '[3].tool_call_id'],
])('an answer that belongs to no open call is refused: %s', ([, messages, message, at], { expect }) => {
  expect(refusalOf(saying(hi, ...messages))).toEqual(toldOf(message, `messages.${at}`));
});

test.for<[string, object[], string, string]>([
  ['at the end', [asking('a')], 'a', 'messages'],
  ['at the end, some', [asking('a', 'b', 'c'), answer('b')], 'a, c', 'messages'],
  ['before the user', [asking('a', 'b'), hi], 'a, b', 'messages.[2].role'],
  ['before the user, some', [asking('a', 'b'), answer('b'), hi, answer('a')], 'a', 'messages.[3].role'],
  ['before other calls', [asking('a'), asking('b'), answer('b')], 'a', 'messages.[2].role'],
])('calls without an answer are refused: %s', ([, messages, ids, param], { expect }) => {
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids}`;
  expect(refusalOf(saying(hi, ...messages))).toEqual(toldOf(message, param));
});

const named = (name: unknown) => ({ type: 'function', function: { name } });
const noMatch = told(
  (path) =>
    `Invalid '${path}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
  '.function.name',
  'invalid_value',
);
const tooLong = told(
  (path) =>
    `Invalid '${path}': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.`,
  '.function.name',
  'string_above_max_length',
);
const taking = (parameters: unknown) => ({ type: 'function', function: { name: 'f', parameters } });

test.for<[string, unknown, Told]>([
  ['a string', 'f', wrong('', 'an object', 'a string')],
  ['without a type', { function: f.function }, missing('.type')],
  ['an unknown type', { type: 'web_search' }, unknown('.type', 'web_search', types)],
  ['without a function', { type: 'function', name: 'f' }, missing('.function')],
  ['without a name', { type: 'function', function: {} }, missing('.function.name')],
  ['a name that is not a string', named(7), wrong('.function.name', 'a string', 'an integer')],
  ['an empty name', named(''), noText('.function.name')],
  ['a space in the name', named('look up'), noMatch],
  ['a dot in the name', named('a.b'), noMatch],
  ['an umlaut in the name', named('ä'), noMatch],
  ['a line break after the name', named('f\n'), noMatch],
  ['a name of 65 characters', named('f'.repeat(65)), tooLong],
  ['parameters as a list', taking([]), wrong('.function.parameters', 'an object', 'an array')],
  ['parameters as a boolean', taking(true), wrong('.function.parameters', 'an object', 'a boolean')],
])('an invalid tool is refused: %s', ([, one, expected], { expect }) => {
  expect(refusalOf(body({ tools: [f, one] }))).toEqual(expected('tools[1]'));
});

const modes = "'none', 'auto', and 'required'";
const modeOrObject = "one of one of 'none', 'auto', or 'required' or object";

test.for<[string, unknown, Told]>([
  ['an unknown value', 'f', unknown('', 'f', modes)],
  ['a number', 7, wrong('', modeOrObject, 'an integer')],
  ['a list', [], wrong('', modeOrObject, 'an array')],
  ['without a function', { name: 'f' }, missing('.function')],
  ['without a name', { type: 'function', function: {} }, missing('.function.name')],
  ['a name that is not a string', named(7), wrong('.function.name', 'a string', 'an integer')],
])('an invalid tool_choice is refused: %s', ([, tool_choice, expected], { expect }) => {
  expect(refusalOf(body({ tools: [f], tool_choice }))).toEqual(expected('tool_choice'));
});

test('a tool_choice that names a tool not offered is refused', ({ expect }) => {
  const message =
    "Invalid value for 'function_call': no function named 'g' was specified in the 'functions' parameter.";
  expect(refusalOf(body({ tools: [f], tool_choice: chosen('g') }))).toEqual(toldOf(message, 'function_call'));
});

test.for<[string, unknown]>([
  ['tool_choice', 'auto'],
  ['tool_choice', 'none'],
  ['tool_choice', chosen('f')],
  ['parallel_tool_calls', true],
  ['parallel_tool_calls', false],
])('%s %j is refused without tools', ([field, value], { expect }) => {
  const message = `Invalid value for '${field}': '${field}' is only allowed when 'tools' are specified.`;
  expect(refusalOf(body({ [field]: value }))).toEqual(toldOf(message, field));
  expect(refusalOf(body({ [field]: value, tools: null }))).toEqual(toldOf(message, field));
});

test('the full error of a wrong shape', ({ expect }) => {
  expect(refusalOf(saying({ role: 'bot' }))).toMatchInlineSnapshot(`
    {
      "error": {
        "code": "invalid_value",
        "message": "Invalid value: 'bot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
        "param": "messages[0].role",
        "type": "invalid_request_error",
      },
    }
  `);
});

test('the full error of a wrong name', ({ expect }) => {
  expect(refusalOf(body({ tools: [f, named('look up')] }))).toMatchInlineSnapshot(`
    {
      "error": {
        "code": "invalid_value",
        "message": "Invalid 'tools[1].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
        "param": "tools[1].function.name",
        "type": "invalid_request_error",
      },
    }
  `);
});

test('the full error of a wrong order', ({ expect }) => {
  expect(refusalOf(saying(hi, asking('a', 'b'), answer('b'), hi))).toMatchInlineSnapshot(`
    {
      "error": {
        "code": null,
        "message": "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: a",
        "param": "messages.[3].role",
        "type": "invalid_request_error",
      },
    }
  `);
});

test('the full error of a body that is not JSON', ({ expect }) => {
  expect(unparsableBody()).toMatchInlineSnapshot(`
    {
      "error": {
        "code": null,
        "message": "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
        "param": null,
        "type": "invalid_request_error",
      },
    }
  `);
});

test.for<[string, unknown, string | null]>([
  ['the model before the rest', { messages: [], tools: [] }, null],
  ['messages before tools', body({ messages: [], tools: [] }), 'messages'],
  ['tools before their choice', body({ tools: [], tool_choice: 7 }), 'tools'],
  ['tools before the stream', body({ stream: 7, parallel_tool_calls: true }), 'parallel_tool_calls'],
  ['the stream before the order', body({ stream: 7, messages: [answer('a')] }), 'stream'],
  ['an earlier message', saying({ role: 'bot' }, { role: 7 }), 'messages[0].role'],
  ['content before calls', saying(assistant({ content: 7, tool_calls: [] })), 'messages[0].content'],
  ['a role before missing content', saying({ role: 'user' }, { role: 'bot' }), 'messages[1].role'],
  ['missing content before the order', saying({ role: 'tool' }), 'messages.[0].content'],
])('of two problems, the first is reported: %s', ([, sent, param], { expect }) => {
  expect(refusalOf(sent)?.error.param).toBe(param);
});

const text = { type: 'text', text: 'hi' };
const image = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } };

test.for<[string, object[]]>([
  ['a user', [hi]],
  ['a system message', [{ role: 'system', content: 'Be brief.' }, hi]],
  ['a developer', [{ role: 'developer', content: 'Be brief.' }, hi]],
  ['a function', [hi, { role: 'function', name: 'f', content: null }]],
  ['parts', [{ role: 'user', content: [text, image] }]],
  ['a system message of parts', [{ role: 'system', content: [text] }]],
  ['empty content', [{ role: 'user', content: '' }, assistant({ content: '' })]],
  ['calls with content: null', [hi, asking('a'), answer('a')]],
  ['calls without content', [hi, assistant({ tool_calls: [call('a')] }), answer('a')]],
  ['calls with content', [hi, { ...asking('a'), content: 'So.' }, answer('a'), hi]],
  ['calls: null', [hi, assistant({ content: 'hi', tool_calls: null })]],
  ['several calls', [hi, asking('a', 'b'), answer('a'), answer('b'), assistant({ content: 'hi' })]],
  ['answers in another order', [hi, asking('a', 'b', 'c'), answer('c'), answer('a'), answer('b'), hi]],
  ['calls after calls', [hi, asking('a'), answer('a'), asking('b'), answer('b')]],
  ['an id that is used again', [hi, asking('a'), answer('a'), asking('a'), answer('a')]],
  ['an answer of parts', [hi, asking('a'), { ...answer('a'), content: [text] }]],
  ['a custom call', [assistant({ tool_calls: [{ id: 'a', type: 'custom', custom: {} }] }), answer('a')]],
  ['a refusal', [hi, assistant({ content: null, refusal: 'No.' }), hi]],
  ['an empty refusal', [hi, assistant({ refusal: '' })]],
  ['a function_call', [hi, assistant({ function_call: called })]],
  ['audio', [hi, assistant({ audio: { id: 'audio_1' } })]],
  ['the name of a user', [{ ...hi, name: 'Ann' }]],
  ['any calls of a user', [{ ...hi, tool_calls: [], tool_call_id: 7 }]],
  ['fields of other servers', [{ ...hi, cache_control: { type: 'ephemeral' } }]],
])('messages are accepted: %s', ([, messages], { expect }) => {
  expect(refusalOf(saying(...messages))).toBeUndefined();
});

const custom = { type: 'custom', custom: { name: 'run it' } };
const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [chosen('f')] } };

test.for<[string, object]>([
  ['a tool', { tools: [f] }],
  ['a tool without parameters', { tools: [named('f'), taking(null)] }],
  ['a name of 64 characters', { tools: [named('aZ9_-'.padEnd(64, 'x'))] }],
  ['a custom tool', { tools: [custom], tool_choice: custom }],
  ['tool_choice none', { tools: [f], tool_choice: 'none' }],
  ['tool_choice auto', { tools: [f], tool_choice: 'auto' }],
  ['tool_choice required', { tools: [f], tool_choice: 'required' }],
  ['a named tool_choice', { tools: [f, custom, named('g')], tool_choice: chosen('g') }],
  ['allowed tools', { tools: [f], tool_choice: allowed }],
  ['parallel_tool_calls', { tools: [f], parallel_tool_calls: false }],
  ['stream', { stream: true, stream_options: { include_usage: true } }],
  ['stream: false', { stream: false }],
  ['null', { tools: null, tool_choice: null, parallel_tool_calls: null, stream: null, stream_options: null }],
  ['n: 2', { n: 2 }],
  ['fields of other servers', { temperature: 0, top_k: 40, session_id: 'x', sender: 'y' }],
])('fields are accepted: %s', ([, fields], { expect }) => {
  expect(refusalOf(body(fields))).toBeUndefined();
});

test('inherited fields are ignored', ({ expect }) => {
  expect(refusalOf(Object.create(body()))?.error.message).toBe('you must provide a model parameter');
  expect(refusalOf(saying(Object.create(hi)))?.error.param).toBe('messages[0].role');
  const inherited: unknown = Object.assign(Object.create({ sender: 'Triage' }), hi);
  expect(refusalOf(saying(inherited))).toBeUndefined();
});

test('a field named __proto__ is an ordinary field', ({ expect }) => {
  const inside: unknown = JSON.parse('{ "__proto__": { "model": "gpt-4o", "messages": [] } }');
  expect(refusalOf(inside)?.error.message).toBe('you must provide a model parameter');
  const beside: unknown = JSON.parse('{ "role": "user", "content": "hi", "__proto__": { "sender": "x" } }');
  expect(refusalOf(saying(beside))).toBeUndefined();
});

test('ids and names may equal names of Object.prototype', ({ expect }) => {
  const ids = ['__proto__', 'constructor', ' '];
  expect(refusalOf(saying(hi, asking(...ids), ...ids.map(answer)))).toBeUndefined();
  const tools = [named('__proto__')];
  expect(refusalOf(body({ tools, tool_choice: chosen('__proto__') }))).toBeUndefined();
  expect(refusalOf(body({ tools, tool_choice: chosen('constructor') }))?.error.param).toBe('function_call');
});

test('the inside of content parts and parameters is not validated', ({ expect }) => {
  const endless: Record<string, unknown> = {};
  endless['self'] = endless;
  const messages = [{ role: 'user', content: [endless] }];
  expect(refusalOf(body({ messages, tools: [taking(endless)] }))).toBeUndefined();
});

// An independent description of what the API accepts: the shape of each part, then which calls are answered.
const contentShape = z.union([z.string(), z.array(z.unknown())]);
const functionShape = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/) }),
});
const customShape = z.looseObject({ type: z.literal('custom') });
const calledShape = z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) });
const callShape = z
  .looseObject({ id: z.string().min(1) })
  .and(z.union([customShape, calledShape.and(z.looseObject({ type: z.literal('function') }))]));
const messageShape = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['user', 'developer']), content: contentShape }),
  z.looseObject({ role: z.literal('function'), content: contentShape.nullish() }),
  z.looseObject({ role: z.literal('tool'), content: contentShape, tool_call_id: z.string() }),
  z
    .looseObject({
      role: z.literal('assistant'),
      content: contentShape.nullish(),
      tool_calls: z.array(callShape).min(1).nullish(),
    })
    .refine(({ content, tool_calls }) => (content ?? tool_calls ?? undefined) !== undefined),
]);
const requestShape = z.looseObject({
  model: z.string().min(1),
  messages: z.array(messageShape).min(1),
  tools: z
    .array(z.union([functionShape, customShape]))
    .min(1)
    .nullish(),
});

function isAcceptable(sent: unknown): boolean {
  const { success, data } = requestShape.safeParse(sent);
  if (!success) return false;
  let open: string[] = [];
  for (const one of data.messages) {
    if (one.role === 'tool') {
      if (!open.includes(one.tool_call_id)) return false;
      open = open.filter((id) => id !== one.tool_call_id);
    } else {
      if (open.length > 0) return false;
      open = one.role === 'assistant' ? (one.tool_calls ?? []).map(({ id }) => id) : [];
    }
  }
  return open.length === 0;
}

test('any JSON with the shape and order of a request is accepted, and any other is refused', () => {
  const any = fc.jsonValue({ maxDepth: 2 });
  const mostly = <T>(value: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 15, arbitrary: value }, { weight: 1, arbitrary: any });
  const id = mostly(fc.constantFrom('a', 'b'));
  const type = mostly(fc.constantFrom('function', 'custom'));
  const typed = fc.record({ id, type, function: mostly(fc.constant(called)) });
  const content = mostly(fc.string());
  const spoken = fc.record(
    { role: fc.constantFrom('user', 'assistant', 'developer', 'function'), content, tool_call_id: any },
    { requiredKeys: ['role', 'content'] },
  );
  const round = fc
    .record({ ids: fc.uniqueArray(fc.constantFrom('a', 'b', ''), { minLength: 1 }), answers: fc.array(id) })
    .map(({ ids, answers }) => [asking(...ids), ...[...ids, ...answers].map(answer)]);
  const odd = fc.record(
    { role: mostly(fc.constantFrom('user', 'assistant', 'tool')), content, tool_calls: fc.array(typed) },
    { requiredKeys: ['role'] },
  );
  const messages = fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: spoken.map((one): unknown[] => [one]) },
        { weight: 2, arbitrary: round.map((list): unknown[] => list) },
        { weight: 1, arbitrary: odd.map((one): unknown[] => [one]) },
      ),
      { maxLength: 4 },
    )
    .map((lists) => lists.flat());
  const sent = fc.record(
    { model: mostly(fc.constant('m')), messages, tools: fc.array(typed) },
    { requiredKeys: ['model', 'messages'] },
  );
  const seen = { accepted: 0, refused: 0 };
  assertProperty(
    fc.property(fc.oneof({ weight: 1, arbitrary: any }, { weight: 9, arbitrary: sent }), (anything) => {
      const isAccepted = refusalOf(anything) === undefined;
      seen[isAccepted ? 'accepted' : 'refused']++;
      expect(isAccepted).toBe(isAcceptable(anything));
    }),
    { seed: 1, numRuns: 1000 },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
});

const calls = fc
  .tuple(
    fc.constantFrom('move', 'leave', 'fail', 'set', 'nothing'),
    fc.constantFrom('{}', '{"key":"a"}', '{"key":7}', '', '{'),
  )
  .map(([name, rawArgs]) => callTool(name, rawArgs, { hallucinated: true }));
const texts = fc.string({ unit: 'grapheme', maxLength: 5 });
const turns: fc.Arbitrary<ModelStep> = fc
  .tuple(fc.array(calls, { minLength: 1, maxLength: 3 }), fc.option(texts, { nil: undefined }))
  .map(([[one, ...more], content]) =>
    callTools([one!, ...more], content === undefined ? {} : { say: content }),
  );
const endings: fc.Arbitrary<ModelStep> = fc.oneof(
  texts.map((content) => say(content)),
  texts.map((refusal) => refuse(refusal)),
);
const rounds = fc
  .tuple(fc.array(turns, { maxLength: 3 }), endings)
  .map(([list, ending]) => [...list, ending]);
const settings = fc.record({
  toolChoice: fc.constantFrom(undefined, 'none', 'auto', 'required', chosen('set')),
  parallelToolCalls: fc.boolean(),
}) as fc.Arbitrary<AgentOptions>;
const limits = fc.constantFrom(undefined, 1, 2, 3);

test('a request of the engine itself is never refused', async () => {
  await assertProperty(
    fc.asyncProperty(
      fc.array(rounds, { minLength: 1, maxLength: 3 }),
      settings,
      limits,
      fc.boolean(),
      async (script, options, maxTurns, stream) => {
        const provider = scriptedProvider(script.flat().map((step) => ({ ...step, hallucinated: true })));
        const swarm = new Swarm({ provider });
        let agent = agents(options);
        let messages: Message[] = [];
        for (const round of script.keys()) {
          messages = [...messages, { role: 'user', content: `${round}` }];
          const run = { agent, messages, maxTurns };
          const response = stream ? await lastOf(swarm.run({ ...run, stream })) : await swarm.run(run);
          agent = response.agent;
          messages = [...messages, ...response.messages];
        }
        expect(provider.requests.length).toBeGreaterThanOrEqual(script.length);
        for (const request of provider.requests) {
          const sent = JSON.stringify(
            stream ? { ...request, stream, stream_options: { include_usage: true } } : request,
          );
          expect(refusalOf(JSON.parse(sent))).toBeUndefined();
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

async function lastOf(events: AsyncIterable<object>): Promise<Response> {
  let last: object | undefined;
  for await (const event of events) last = event;
  return (last as { response: Response }).response;
}
