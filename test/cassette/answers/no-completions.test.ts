/** Invalid completions are recorded as they arrived, and are refused again when they are replayed. */
import { expect, test } from 'vitest';
import { InvalidCompletionError, openaiProvider } from 'swarmcheck';
import { modelFails, say, scriptedProvider, type Fault } from 'swarmcheck/testing';
import { json, serve, sse } from '../../support/loopback.ts';
import { asking, chunk, chunking, completing, completion } from '../../support/completions.ts';
import { bothWays, streamed, unstreamed } from '../../support/runs.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { record, replay, whole } from './keeping.ts';

/** Invalid answers of providers, each with the reason. */
const answers: [unknown, string][] = [
  [null, 'it is not a completion object'],
  ['<html></html>', 'it is not a completion object'],
  [42, 'it is not a completion object'],
  [[], 'it is not a completion object'],
  [{}, 'it has no choices'],
  [{ error: { message: 'No.' } }, 'it has no choices'],
  [{ choices: null }, 'it has no choices'],
  [{ choices: [] }, 'its list of choices is empty'],
  [{ choices: [null] }, 'its list of choices is empty'],
  [{ choices: [{ finish_reason: 'stop' }] }, 'its choice has no message'],
  [completion({ content: 'It' }, null), 'it has no finish_reason, so it was cut off'],
  [completion({ content: [{ type: 'text', text: 'It' }] }), 'its content is not a string'],
  [completion(asking({ function: { name: 'find' } })), 'a tool call has no id, so it cannot be answered'],
  [completion(asking({ id: 'call_a' })), 'a tool call has no function'],
  [
    completion(asking({ id: 'call_a', function: { name: 'find', arguments: '{' } }), 'length'),
    'its tool calls were cut off (finish_reason "length")',
  ],
];

test.for(answers)('%j is replayed unchanged, and refused for the same reason', async ([answered, reason]) => {
  using folder = new Folder();
  const first = await record(folder.file(), completing(answered), (provider) =>
    rejection(unstreamed({ provider })),
  );
  const second = await replay(folder.file(), (provider) => rejection(unstreamed({ provider })));
  expect((first as InvalidCompletionError).reason).toContain(reason);
  expect(second).toBeInstanceOf(InvalidCompletionError);
  expect(second).toMatchObject({
    message: first.message,
    received: (first as InvalidCompletionError).received,
  });
});

test('a request outside a run gets the invalid answer itself', async () => {
  using folder = new Folder();
  await record(folder.file(), completing({ error: { message: 'No.' } }), whole);
  expect(await replay(folder.file(), whole)).toEqual({ error: { message: 'No.' } });
});

/** Streams that amount to no valid completion. */
const streams: [string, unknown[], string][] = [
  ['without chunks', [], 'its list of choices is empty'],
  ['without a finish_reason', [chunk({ content: 'It' })], 'it has no finish_reason'],
  [
    'with an invalid chunk',
    [chunk({ content: 'It' }), { error: 'No.' }],
    'a part of the stream is not a completion chunk',
  ],
  [
    'with a call that is not an object',
    [chunk({ tool_calls: ['find'] })],
    'a streamed tool call is not an object',
  ],
];

test.for(streams)('a stream %s is refused again for the same reason', async ([, chunks]) => {
  using folder = new Folder();
  const first = await record(folder.file(), chunking(chunks), (provider) =>
    rejection(streamed({ provider })),
  );
  const second = await replay(folder.file(), (provider) => rejection(streamed({ provider })));
  expect(second).toBeInstanceOf(InvalidCompletionError);
  expect(second).toMatchObject({ message: first.message });
});

/** Answers over HTTP that the client cannot read. */
const wires: [string, Parameters<typeof serve>[0], string][] = [
  ['no JSON', ({ response }) => json(response, 200, '{"id":'), 'it is not JSON'],
  [
    'a page of HTML',
    ({ response }) => void response.setHeader('content-type', 'text/html').end('<h1>No</h1>'),
    '',
  ],
];

test.for(wires)(
  'an answer over HTTP that is %s is an InvalidCompletionError again',
  async ([, answer, reason]) => {
    using folder = new Folder();
    using server = await serve(answer);
    const run = unstreamed;
    const first = await record(folder.file(), openaiProvider(server.options), (provider) =>
      rejection(run({ provider })),
    );
    const second = await replay(folder.file(), (provider) => rejection(run({ provider })));
    expect((first as InvalidCompletionError).reason).toContain(reason);
    expect(second).toBeInstanceOf(InvalidCompletionError);
    expect(second).toMatchObject({ message: first.message });
  },
);

test('a frame that is not JSON ends a stream over HTTP after the chunks before it', async () => {
  using folder = new Folder();
  using server = await serve(({ response }) => {
    sse(response, chunk({ content: 'It' }));
    sse(response, '{"id":');
    response.end();
  });
  const first = await record(folder.file(), openaiProvider(server.options), (provider) =>
    rejection(streamed({ provider })),
  );
  const second = await replay(folder.file(), (provider) => rejection(streamed({ provider })));
  expect(first).toMatchObject({ name: 'InvalidCompletionError', reason: 'it is not JSON' });
  expect(second).toBeInstanceOf(InvalidCompletionError);
  expect(second).toMatchObject({ message: first.message, reason: 'it is not JSON' });
  const [interaction] = folder.json().lanes[0]!.interactions;
  expect(interaction).toMatchObject({ stream: { cut: 'error' }, error: { name: 'InvalidCompletionError' } });
});

const faults: Fault[] = [
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'empty-choices' },
  { kind: 'missing-choices' },
  { kind: 'no-finish-reason' },
  { kind: 'cut', afterChunks: 1, by: 'end' },
  { kind: 'cut', afterChunks: 1, by: 'error' },
  { kind: 'bad-frame', afterChunks: 1 },
];

for (const [way, run] of bothWays) {
  test.for(faults)(`a fault of a script is replayed the same, ${way}: %j`, async (fault) => {
    using folder = new Folder();
    const script = scriptedProvider([say('It is so.', { fault })]);
    const first = await record(folder.file(), script, (provider) => rejection(run({ provider })));
    const second = await replay(folder.file(), (provider) => rejection(run({ provider })));
    expect(second).toBeInstanceOf(InvalidCompletionError);
    expect(second).toMatchObject({ message: first.message });
  });
}

test('a conversation can end in an invalid answer after valid ones', async () => {
  using folder = new Folder();
  const script = scriptedProvider([say('It is.'), modelFails({ kind: 'empty-choices' })]);
  const talk = async (provider: Parameters<typeof whole>[0]) => {
    const { messages } = await unstreamed({ provider });
    const more = [{ role: 'user', content: 'hi' }, ...messages, { role: 'user', content: 'And then?' }];
    return await rejection(unstreamed({ provider, messages: more as typeof messages }));
  };
  const first = await record(folder.file(), script, talk);
  expect(await replay(folder.file(), talk)).toMatchObject({ message: first.message });
});
