import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { modelFails, say, scriptedProvider, type Fault, type Step } from 'swarmcheck/testing';
import { answerApi } from '../../src/wire/api.ts';
import { WireLog } from '../../src/wire/exchange.ts';
import type { Served } from '../../src/wire/respond.ts';

/** The response of a server for the next step. */
async function sent(step: Step, body: object = {}, different: Partial<Served> = {}): Promise<Response> {
  const served: Served = {
    provider: scriptedProvider([step]),
    log: new WireLog(),
    onMistake: () => {},
    validatesRequests: true,
    fillsUsage: true,
    ...different,
  };
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body });
  const request = new Request('http://127.0.0.1/v1/chat/completions', { method: 'POST', body: text });
  return (await answerApi(request, served))!;
}

/** The data of the frames of a stream, and whether the stream broke after them. */
async function framesOf(step: Step, body: object = {}): Promise<{ frames: string[]; isBroken: boolean }> {
  const response = await sent(step, { stream: true, ...body });
  let text = '';
  let isBroken = false;
  const decoder = new TextDecoder();
  try {
    for await (const part of response.body!) text += decoder.decode(part, { stream: true });
  } catch {
    isBroken = true;
  }
  const frames = text.split('\n\n').filter((frame) => frame !== '');
  return { frames: frames.map((frame) => frame.replace(/^data: /, '')), isBroken };
}

const hello = (fault?: Fault) => say('hello', fault ? { fault } : {});
const { frames: whole } = await framesOf(hello());

test('a stream is its chunks, then [DONE]', () => {
  expect(whole.slice(0, -1).every((frame) => 'choices' in JSON.parse(frame))).toBe(true);
  expect(whole.at(-1)).toBe('[DONE]');
});

test.for([0, 1, 2, 3])(
  'a cut with by: "end" after %i chunks ends the stream there, without [DONE]',
  async (afterChunks) => {
    expect(await framesOf(hello({ kind: 'cut', afterChunks, by: 'end' }))).toEqual({
      frames: whole.slice(0, afterChunks),
      isBroken: false,
    });
  },
);

test.for([0, 1, 2, 3])(
  'a cut with by: "error" after %i chunks breaks the stream there, without [DONE]',
  async (afterChunks) => {
    expect(await framesOf(hello({ kind: 'cut', afterChunks, by: 'error' }))).toEqual({
      frames: whole.slice(0, afterChunks),
      isBroken: true,
    });
  },
);

test.for([0, 1, 2, 3])('a bad frame after %i chunks is sent there, and is not JSON', async (afterChunks) => {
  const { frames } = await framesOf(hello({ kind: 'bad-frame', afterChunks }));
  expect(frames.slice(0, afterChunks)).toEqual(whole.slice(0, afterChunks));
  expect(() => JSON.parse(frames[afterChunks]!) as unknown).toThrow(SyntaxError);
  expect(frames.slice(afterChunks + 1)).toEqual(['[DONE]']);
});

test('a stream without a finish reason still ends with [DONE]', async () => {
  const { frames } = await framesOf(hello({ kind: 'no-finish-reason' }));
  expect(frames.at(-1)).toBe('[DONE]');
  expect(frames.join('')).not.toMatch('"finish_reason":"');
});

test.for([true, false])('an HTML page has the content type of HTML (streamed: %s)', async (stream) => {
  const response = await sent(hello({ kind: 'html' }), { stream });
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(await response.text()).toMatch(/^<html>/);
});

test('usage is sent in a frame without choices if the request asks for it', async () => {
  const { frames } = await framesOf(hello(), { stream_options: { include_usage: true } });
  expect(JSON.parse(frames.at(-2)!)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
});

test('usage is not sent in a stream unless the request asks for it', async () => {
  expect(whole.join('')).not.toMatch('"usage"');
});

test('scripted usage is sent unchanged', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  expect(await (await sent(say('hello', { usage }))).json()).toMatchObject({ usage });
});

test('a completion is JSON with every field that clients read', async () => {
  const response = await sent(hello());
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'hello', refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
});

test('a reset is a network error', async () => {
  expect((await sent(modelFails({ kind: 'reset' }))).type).toBe('error');
});

test('a connection error thrown by a function step is a network error, not a mistake', async () => {
  const mistakes: unknown[] = [];
  const fail = () => {
    throw new OpenAI.APIConnectionError({ message: 'Connection error.' });
  };
  const response = await sent(fail, {}, { onMistake: (error) => void mistakes.push(error) });
  expect([response.type, mistakes]).toEqual(['error', []]);
});

test('a rate limit thrown by a function step is sent as such, and is not a mistake', async () => {
  const mistakes: unknown[] = [];
  const fail = () => {
    throw OpenAI.APIError.generate(
      429,
      { error: { message: 'slow' } },
      undefined,
      new Headers({ 'retry-after-ms': '5', 'content-length': '999' }),
    );
  };
  const response = await sent(fail, {}, { onMistake: (error) => void mistakes.push(error) });
  expect([response.status, response.headers.get('retry-after-ms')]).toEqual([429, '5']);
  expect(await response.json()).toEqual({ error: { message: 'slow' } });
  expect(mistakes).toEqual([]);
});

test('any other error is a mistake, and its response stops the client from retrying', async () => {
  const mistakes: unknown[] = [];
  const reason = new RangeError('of the test');
  const fail = () => {
    throw reason;
  };
  const response = await sent(fail, {}, { onMistake: (error) => void mistakes.push(error) });
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([500, 'false']);
  expect(await response.json()).toEqual({
    error: { message: 'of the test', type: 'swarmcheck_error', param: null, code: 'RangeError' },
  });
  expect(mistakes).toEqual([reason]);
});
