import { expect, test } from 'vitest';
import { Agent, InvalidCompletionError, Swarm } from 'swarmcheck';
import {
  callTool,
  modelFails,
  say,
  scriptedProvider,
  traceOf,
  type Fault,
  type ModelStep,
} from 'swarmcheck/testing';
import { echoTool, request } from './ask.ts';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';

const faults: Fault[] = [
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'empty-choices' },
  { kind: 'missing-choices' },
  { kind: 'no-finish-reason' },
  { kind: 'cut', afterChunks: 0, by: 'error' },
  { kind: 'cut', afterChunks: 1, by: 'error' },
  { kind: 'cut', afterChunks: 0, by: 'end' },
  { kind: 'cut', afterChunks: 1, by: 'end' },
  { kind: 'bad-frame', afterChunks: 0 },
  { kind: 'bad-frame', afterChunks: 1 },
];

const kinds: [label: string, step: ModelStep][] = faults.flatMap((fault): [string, ModelStep][] => {
  const label = JSON.stringify(fault);
  return [
    [`${label} alone`, modelFails(fault)],
    [`${label} beside text`, say('hello there', { fault })],
    [`${label} beside a call`, callTool('echo', { text: 'hello' }, { fault })],
  ];
});

/** Runs an agent with one tool, and returns the error and the trace of the run. */
async function failedRun(step: ModelStep, stream: boolean) {
  const agent = new Agent({ name: 'Desk', functions: [echoTool('echo', { text: { type: 'string' } })] });
  const swarm = new Swarm({ provider: scriptedProvider([step]) });
  const options = { agent, messages: [] };
  const error = await rejection(
    stream ? readRun(swarm.run({ ...options, stream: true })) : swarm.run(options),
  );
  return { error, trace: traceOf(error) };
}

async function readRun(stream: AsyncIterable<unknown>): Promise<unknown> {
  let last: unknown;
  for await (const event of stream) last = event;
  return last;
}

test.for(kinds)('%s ends in InvalidCompletionError', async ([, step]) => {
  const { error, trace } = await failedRun(step, false);
  expect(error).toBeInstanceOf(InvalidCompletionError);
  expect(trace.events.at(-2)).toMatchObject({
    type: 'model-error',
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
});

test.for(kinds)('%s ends in InvalidCompletionError streamed, with the same trace', async ([, step]) => {
  const { error, trace } = await failedRun(step, true);
  expect(error).toBeInstanceOf(InvalidCompletionError);
  expect(trace.hash).toBe((await failedRun(step, false)).trace.hash);
});

test.for(kinds)('%s executes no tool', async ([, step]) => {
  for (const stream of [false, true]) expect((await failedRun(step, stream)).trace.toolCalls).toEqual([]);
});

test.for([0, 1, 2, 3])('a stream that is cut after %i chunks yields as many', async (afterChunks) => {
  const chunks = await readAll(
    scriptedProvider([say('hello', { fault: { kind: 'cut', afterChunks, by: 'end' } })]).stream(request()),
  );
  expect(chunks).toHaveLength(afterChunks);
});

test.for([
  { kind: 'cut', afterChunks: 2, by: 'error' },
  { kind: 'bad-frame', afterChunks: 2 },
] as const)('the chunks before a fault of kind $kind arrive', async (fault) => {
  const seen: unknown[] = [];
  const error = await rejection(
    (async () => {
      for await (const chunk of scriptedProvider([say('hello', { fault })]).stream(request()))
        seen.push(chunk.choices[0]?.delta.content);
    })(),
  );
  expect(seen).toEqual(['', 'hel']);
  expect(error).toBeInstanceOf(InvalidCompletionError);
});

test('the error of a damaged answer shows the received answer', async ({ expect }) => {
  const { error } = await failedRun(say('hello', { fault: { kind: 'no-finish-reason' } }), false);
  expect(error.message).toMatchInlineSnapshot(
    `"The model's answer cannot be used: it has no finish_reason, so it was cut off. Received: {"id":"chatcmpl-1","object":"chat.completion","created":0,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"hello","refusal":null},"finish_reason":null,"logprobs":null}]}"`,
  );
});

test('the error of a cut answer says that it was cut off', async ({ expect }) => {
  const { error } = await failedRun(
    say('hello', { fault: { kind: 'cut', afterChunks: 1, by: 'error' } }),
    false,
  );
  expect(error.message).toMatchInlineSnapshot(
    `"The model's answer cannot be used: it was cut off. Received: (scripted fault: cut)"`,
  );
});
