import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doneFrame, frameOf, streamBody } from '../../src/wire/sse.ts';
import { assertProperty } from '../support/property.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const framesOf = (texts: readonly string[]) => [
  ...texts.map((text) => frameOf(JSON.stringify(text))),
  doneFrame,
];

/** Gives frames one after the other, and counts how many were requested. */
class Source {
  asked = 0;
  readonly #frames: readonly string[];
  readonly #end: unknown;
  constructor(frames: readonly string[], end?: unknown) {
    this.#frames = frames;
    this.#end = end;
  }
  *give(): Generator<string> {
    for (const frame of this.#frames) {
      this.asked++;
      yield frame;
    }
    if (this.#end !== undefined) throw this.#end;
  }
  async *giveLater(): AsyncGenerator<string> {
    yield* this.give();
  }
}

/** The parts of a body as they arrive, and the error that ends it. */
async function read(
  body: ReadableStream<Uint8Array>,
  reader = body.getReader(),
): Promise<{ parts: Uint8Array[]; error?: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { parts };
      parts.push(value);
    }
  } catch (error) {
    return { parts, error };
  }
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });

test('a frame is "data: ", its data and an empty line', () => {
  expect(frameOf('{"a":1}')).toBe('data: {"a":1}\n\n');
  expect(doneFrame).toBe('data: [DONE]\n\n');
});

for (const kind of ['give', 'giveLater'] as const) {
  const how = kind === 'give' ? 'at once' : 'later';

  test(`the joined bytes are exactly the frames, given ${how}`, async () => {
    await assertProperty(
      fc.asyncProperty(fc.array(text, { maxLength: 30 }), async (texts) => {
        const frames = framesOf(texts);
        const { parts, error } = await read(streamBody(new Source(frames)[kind]()));
        expect(error).toBeUndefined();
        expect(decoder.decode(Buffer.concat(parts))).toBe(frames.join(''));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test(`an error comes after all bytes of the frames before it, given ${how}`, async () => {
    await assertProperty(
      fc.asyncProperty(fc.array(text, { maxLength: 30 }), async (texts) => {
        const frames = framesOf(texts);
        const reason = new Error('broken');
        const { parts, error } = await read(streamBody(new Source(frames, reason)[kind]()));
        expect(error).toBe(reason);
        expect(decoder.decode(Buffer.concat(parts))).toBe(frames.join(''));
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test(`an error before any frame leaves an empty body, given ${how}`, async () => {
    const reason = new Error('broken');
    expect(await read(streamBody(new Source([], reason)[kind]()))).toEqual({ parts: [], error: reason });
  });

  test(`a frame is not requested before it is read, given ${how}`, async () => {
    const source = new Source(framesOf(['a', 'b', 'c', 'd']));
    const reader = streamBody(source[kind]()).getReader();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.asked).toBe(0);
    for (let count = 1; count <= 3; count++) {
      await reader.read();
      await new Promise((resolve) => setImmediate(resolve));
      expect(source.asked).toBe(count);
    }
  });

  test(`without frames the body is empty, given ${how}`, async () => {
    expect(await read(streamBody(new Source([])[kind]()))).toEqual({ parts: [] });
  });
}

test('some cuts are inside characters', async () => {
  const frames = framesOf(Array.from({ length: 30 }, () => '🤖'.repeat(5)));
  const { parts } = await read(streamBody(new Source(frames).give()));
  const isContinuation = (byte: number | undefined) =>
    byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
  expect(parts.filter((part) => isContinuation(part[0])).length).toBeGreaterThan(0);
});

test('some cuts are inside frames, some between them', async () => {
  const frames = framesOf(Array.from({ length: 14 }, (_, index) => `number ${index}`));
  const { parts } = await read(streamBody(new Source(frames).give()));
  const ends = new Set<number>();
  let total = 0;
  for (const part of parts) ends.add((total += part.length));
  let end = 0;
  const whole = frames.filter((frame) => ends.has((end += encoder.encode(frame).length))).length;
  expect(whole).toBeGreaterThan(1);
  expect(whole).toBeLessThan(frames.length);
});

test('cuts are at the same places every time', async () => {
  const frames = framesOf(['a', 'bb', 'ccc', 'dddd', 'üüüüü', 'f', 'g', 'h', 'i']);
  const [first, second] = [
    await read(streamBody(new Source(frames).give())),
    await read(streamBody(new Source(frames).give())),
  ];
  expect(second).toEqual(first);
});

test('cancelling in the middle is reported once, and requests no more frames', async () => {
  const source = new Source(framesOf(['a', 'b', 'c']));
  let left = 0;
  const reader = streamBody(source.give(), () => left++).getReader();
  await reader.read();
  await reader.cancel();
  await reader.cancel();
  expect([left, source.asked]).toEqual([1, 1]);
});

test('cancelling after the whole body is not reported', async () => {
  let left = 0;
  const body = streamBody(new Source(framesOf(['a', 'b'])).give(), () => left++);
  const reader = body.getReader();
  await read(body, reader);
  await reader.cancel();
  expect(left).toBe(0);
});

test('cancelling settles while the source is still waiting', async () => {
  async function* hanging(): AsyncGenerator<string> {
    yield frameOf('1');
    await new Promise(() => {});
  }
  let left = 0;
  const reader = streamBody(hanging(), () => left++).getReader();
  await reader.read();
  const pending = reader.read();
  await reader.cancel();
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(left).toBe(1);
});

// The number of bytes held back depends on the number of frames, so each number is tried.
test.for([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])(
  'cancelling after [DONE], with all bytes read, is not reported: after %i frames',
  async (count) => {
    const frames = framesOf(Array.from({ length: count }, () => 'a'));
    const all = encoder.encode(frames.join('')).length;
    let left = 0;
    const reader = streamBody(new Source(frames).give(), () => left++).getReader();
    for (let size = 0; size < all;) size += (await reader.read()).value!.length;
    await reader.cancel();
    expect(left).toBe(0);
  },
);
