/** Differences between requests that are not drift, and similar ones that are. */
import { expect, test } from 'vitest';
import type { CompletionRequest } from 'swarmcheck';
import { CassetteMismatchError, replayProvider, say } from 'swarmcheck/testing';
import { Folder } from '../folder.ts';
import { asking, record, user } from './tapes.ts';

type Messages = CompletionRequest['messages'];

/** Calls with these ids, and their results. */
const calling = (ids: string[], answered = ids, args = '{"a":1,"b":2}'): Messages => [
  user('q'),
  {
    role: 'assistant',
    content: null,
    tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: args } })),
  },
  ...answered.map((id, index) => ({ role: 'tool', tool_call_id: id, content: `r${index}` }) as const),
];

const having = (fields: object, ...messages: Messages) => ({
  ...asking(...(messages.length > 0 ? messages : [user('q')])),
  ...fields,
});
const offering = (parameters: object) =>
  having({ tools: [{ type: 'function', function: { name: 'f', parameters } }] });
const system = (content: string) => asking({ role: 'system', content }, user('q'));
const assistant = (fields: object) => asking(user('q'), { role: 'assistant', ...fields }, user('r'));
const content = (text: string) => [{ type: 'text', text } as const];
const asked = (text: string) => asking(user(text));

/** Two requests: the recorded one, and the one of the replay. */
type Row = [what: string, recorded: CompletionRequest, now: CompletionRequest];

const same: Row[] = [
  ['the ids of calls', asking(...calling(['x', 'y'])), asking(...calling(['call_1', 'call_2']))],
  [
    'white space in arguments',
    asking(...calling(['x'])),
    asking(...calling(['x'], ['x'], ' { "a": 1,\n"b" : 2 }')),
  ],
  ['the order of arguments', asking(...calling(['x'])), asking(...calling(['x'], ['x'], '{"b":2,"a":1}'))],
  ['how JSON is written in a message', asked('{"a":1,"b":[1,2]}'), asked('{ "b": [1, 2], "a": 1 }')],
  [
    'the order of keys in a schema',
    offering({ type: 'object', properties: { a: { type: 'string', description: 'A.' } } }),
    offering({ properties: { a: { description: 'A.', type: 'string' } }, type: 'object' }),
  ],
  [
    'the order of keys in a parameter',
    having({ response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true } } }),
    having({ response_format: { json_schema: { strict: true, name: 'a' }, type: 'json_schema' } }),
  ],
  ['the order of parameters', having({ temperature: 1, top_p: 0.5 }), having({ top_p: 0.5, temperature: 1 })],
  ['a point in time', asked('At 2026-11-27T08:00:00Z.'), asked('At 2027-01-02T23:59:01.123+01:00.')],
  ['a point in time without a zone', asked('2026-11-27 08:00'), asked('2027-01-02 23:59:01')],
  [
    'a point in time as HTTP writes it',
    asked('Fri, 27 Nov 2026 08:00:00 GMT'),
    asked('Sat, 28 Nov 2026 09:10:11 GMT'),
  ],
  [
    'a point in time in instructions',
    system('It is 2026-11-27T08:00:00Z.'),
    system('It is 2026-11-28T09:00:00Z.'),
  ],
  ['a point in time in arguments', asked('{"at":"2026-11-27T08:00Z"}'), asked('{"at":"2026-11-28T09:00Z"}')],
  ...[
    'user',
    'metadata',
    'store',
    'service_tier',
    'prompt_cache_key',
    'safety_identifier',
    'stream_options',
  ].map((field): Row => [`the field ${field}`, having({ [field]: 'a' }), having({ [field]: 'b' })]),
  ['null in place of an absent parameter', having({ temperature: null }), having({})],
  ['undefined in place of an absent parameter', having({}), having({ top_p: undefined })],
  ['no tools in place of absent ones', having({ tools: [] }), having({})],
  [
    'null in place of an absent field',
    assistant({ content: 'a', refusal: null }),
    assistant({ content: 'a' }),
  ],
  [
    'an empty list in place of an absent field',
    assistant({ content: 'a', tool_calls: [] }),
    assistant({ content: 'a' }),
  ],
  ['an empty content in place of none', assistant({ content: '' }), assistant({ content: null })],
  [
    'a content in parts that are text',
    asked('ab'),
    asking({ role: 'user', content: [...content('a'), ...content('b')] }),
  ],
  [
    'the sender that Swarm adds',
    assistant({ content: 'a', sender: 'A' }),
    assistant({ content: 'a', sender: 'B' }),
  ],
];

const different: Row[] = [
  ['which call is answered', asking(...calling(['x', 'y'])), asking(...calling(['x', 'y'], ['y', 'x']))],
  ['an argument', asking(...calling(['x'])), asking(...calling(['x'], ['x'], '{"a":1,"b":3}'))],
  [
    'white space in arguments that are not JSON',
    asking(...calling(['x'], ['x'], '{"a"')),
    asking(...calling(['x'], ['x'], '{"a" ')),
  ],
  ['the order of a list', asked('[1,2]'), asked('[2,1]')],
  ['white space in a text', asked('a b'), asked('a  b')],
  ['upper case', asked('a'), asked('A')],
  ['a date', asked('On 2026-11-27.'), asked('On 2026-11-28.')],
  ['a time of day', asked('At 08:00.'), asked('At 09:00.')],
  ['a number in place of a text', asked('{"a":1}'), asked('{"a":"1"}')],
  ['a point in time in place of a text', asked('At 2026-11-27T08:00:00Z.'), asked('At noon.')],
  ['a parameter', having({ temperature: 0 }), having({ temperature: 0.1 })],
  ['zero in place of an absent parameter', having({}), having({ temperature: 0 })],
  ['false in place of an absent parameter', having({ logprobs: false }), having({})],
  ['the seed', having({ seed: 1 }), having({ seed: 2 })],
  ['the order in a list of a schema', offering({ required: ['a', 'b'] }), offering({ required: ['b', 'a'] })],
  ['a refusal', assistant({ content: null, refusal: 'No.' }), assistant({ content: null })],
  [
    'a picture',
    asked('a'),
    asking({ role: 'user', content: [...content('a'), { type: 'image_url', image_url: { url: 'data:,' } }] }),
  ],
  [
    'the role of the instructions',
    system('Be brief.'),
    asking({ role: 'developer', content: 'Be brief.' }, user('q')),
  ],
  ['instructions that are gone', system('Be brief.'), asked('q')],
  ['instructions in place of none', asked('q'), system('')],
];

async function replayed(recorded: CompletionRequest, now: CompletionRequest): Promise<unknown> {
  using folder = new Folder();
  // No JSON, even where the request asks for it: only the requests are compared.
  const answer = say('yes', { hallucinated: true });
  await record(folder.file(), [answer], (provider) => provider.complete(recorded));
  const provider = replayProvider(folder.file());
  return await provider.complete(now);
}

test.for(same)('this difference is not drift: %s', async ([, recorded, now]) => {
  await expect(replayed(recorded, now)).resolves.toHaveProperty('choices.0.message.content', 'yes');
});

test.for(same)('this difference is not drift in the other direction: %s', async ([, recorded, now]) => {
  await expect(replayed(now, recorded)).resolves.toHaveProperty('choices.0.message.content', 'yes');
});

test.for(different)('this difference is drift: %s', async ([, recorded, now]) => {
  await expect(replayed(recorded, now)).rejects.toThrow(CassetteMismatchError);
});

test.for(different)('this difference is drift in the other direction: %s', async ([, recorded, now]) => {
  await expect(replayed(now, recorded)).rejects.toThrow(CassetteMismatchError);
});

test('a change that the text of a message does not show is reported as JSON', async ({ expect }) => {
  const [, recorded, now] = different.find(([what]) => what === 'which call is answered')!;
  const error: unknown = await replayed(recorded, now).catch((reason: unknown) => reason);
  expect((error as CassetteMismatchError).drift).toMatchInlineSnapshot(`
    [
      {
        "at": 2,
        "diff": " {
       "content": "r0",
       "role": "tool",
    -  "tool_call_id": "x"
    +  "tool_call_id": "y"
     }",
        "part": "history",
      },
    ]
  `);
});

test('a change of the role of the instructions is reported', async ({ expect }) => {
  const [, recorded, now] = different.find(([what]) => what === 'the role of the instructions')!;
  const error: unknown = await replayed(recorded, now).catch((reason: unknown) => reason);
  expect((error as CassetteMismatchError).drift).toMatchInlineSnapshot(`
    [
      {
        "diff": "-sent as "system"
    +sent as "developer"",
        "name": "Agent",
        "part": "instructions",
      },
    ]
  `);
});
