import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { InvalidCompletionError, partialResponse } from 'swarmcheck';
import {
  callTool,
  callTools,
  modelFails,
  refuse,
  say,
  scriptedProvider,
  user,
  type Fault,
  type ModelStep,
  type Scenario,
} from 'swarmcheck/testing';
import { playIn, playInAll, ways } from '../support/ways.ts';
import { deskThat } from '../support/agents.ts';
import { reasonsOf } from '../support/failures.ts';

const text = 'Grüße, 你好, 🧑🏽‍🚀: all of it.';

/** One turn with a tool call, then the step under test. */
function scenarioOf(step: ModelStep, different: Partial<Scenario> = {}): Scenario {
  const parameters = { type: 'object', properties: { q: { type: 'string' } } } as const;
  const agent = deskThat(({ q }) => `found ${String(q)}`, parameters);
  return { agent, steps: [user('hi'), callTool('look_up', { q: 'a' }), step], ...different };
}

/** The messages of the first turn. */
const reached = [
  { role: 'assistant', sender: 'Desk' },
  { role: 'tool', tool_name: 'look_up', content: 'found a' },
];

const contents: [what: string, content: ModelStep][] = [
  ['nothing', {}],
  ['text', say(text)],
  ['a call', callTool('look_up', { q: text })],
  ['parallel calls', callTools([callTool('look_up', { q: 'b' }), callTool('look_up', { q: 'ü' })])],
  ['a refusal', refuse(text)],
];

const damages: Fault[] = [
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'empty-choices' },
  { kind: 'missing-choices' },
  { kind: 'no-finish-reason' },
  { kind: 'bad-frame', afterChunks: 0 },
  { kind: 'bad-frame', afterChunks: 1 },
  { kind: 'cut', afterChunks: 0, by: 'error' },
  { kind: 'cut', afterChunks: 1, by: 'error' },
  { kind: 'cut', afterChunks: 0, by: 'end' },
  { kind: 'cut', afterChunks: 1, by: 'end' },
];

const damaged = damages.flatMap((fault) =>
  contents.map(([what, content]): [words: string, step: ModelStep] => [
    `${JSON.stringify(fault)} beside ${what}`,
    { ...content, fault },
  ]),
);

const failed: [words: string, step: ModelStep][] = [
  { kind: 'status', status: 400 } as const,
  { kind: 'status', status: 429, retryAfterMs: 0 } as const,
  { kind: 'status', status: 503, body: null } as const,
  { kind: 'reset' } as const,
].map((fault) => [JSON.stringify(fault), modelFails(fault)]);

test.for([...damaged, ...failed])(
  'the trace and the class of the error are the same in every play mode: %s',
  async ([, step]) => {
    const [first, ...others] = await playInAll(scenarioOf(step));
    expect(first?.trace.outcome).toBe('failed');
    for (const other of others) {
      expect(other.trace.diff(first!.trace)).toBeUndefined();
      expect(other.trace.hash).toBe(first!.trace.hash);
      expect(other.error?.constructor).toBe(first!.error?.constructor);
    }
  },
);

test.for(damaged)('the error is an InvalidCompletionError in every play mode: %s', async ([, step]) => {
  for (const { error, trace } of await playInAll(scenarioOf(step))) {
    expect(error).toBeInstanceOf(InvalidCompletionError);
    expect(trace.events.at(-2)).toMatchObject({
      type: 'model-error',
      turn: 2,
      error: { name: 'InvalidCompletionError', message: 'no usable completion' },
    });
  }
});

test.for([...damaged, ...failed])(
  'the partial response has the first turn and nothing else in every play mode: %s',
  async ([, step]) => {
    for (const { error } of await playInAll(scenarioOf(step))) {
      const partial = partialResponse(error);
      expect(partial?.messages).toHaveLength(2);
      expect(partial?.messages).toMatchObject(reached);
      expect(partial?.agent.name).toBe('Desk');
    }
  },
);

for (const way of ways) {
  test(`a broken connection gives the openai client's APIConnectionError, ${way.name}`, async () => {
    const { error } = await playIn(way, scenarioOf(modelFails({ kind: 'reset' })));
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(error).toHaveProperty('message', 'Connection error.');
  });

  test(`the user can continue after a scripted failure, ${way.name}`, async () => {
    const cut = say('Hello there.', { fault: { kind: 'cut', afterChunks: 2, by: 'error' } });
    const scenario = scenarioOf(cut);
    const run = await playIn(way, { ...scenario, steps: [...scenario.steps, user('Again.'), say('Here.')] });
    expect(reasonsOf(run)).toEqual([]);
    expect(run.trace.outcome).toBe('completed');
    // The conversation continues from before the failed run.
    expect(run.trace.requests.at(-1)?.request.messages).toMatchObject([
      { role: 'system' },
      { role: 'user', content: 'Again.' },
    ]);
  });

  test(`a failed request is not retried, ${way.name}`, async () => {
    const rateLimit = modelFails({ kind: 'status', status: 429, retryAfterMs: 0 });
    const scenario = scenarioOf(rateLimit);
    const run = await playIn(way, { ...scenario, steps: [...scenario.steps, say('never')] });
    expect(run.trace.requests).toHaveLength(2);
    expect(run.error).toBeInstanceOf(OpenAI.RateLimitError);
  });
}

// An answer with text and calls, and the last place of a cut: before the chunk with the finish reason.
const long = callTools([callTool('look_up', { q: text }), callTool('look_up', { q: 'b' })], { say: text });
const last = lastCut(long);

function lastCut(step: ModelStep): number {
  for (let afterChunks = 0; ; afterChunks++) {
    try {
      scriptedProvider([{ ...step, fault: { kind: 'cut', afterChunks, by: 'end' } }]);
    } catch {
      return afterChunks - 1;
    }
  }
}

test.for(['error', 'end'] as const)(
  'a cut by %s leaves the same trace at every place, and executes no call',
  async (by) => {
    const hashes = new Set<string>();
    expect(last).toBeGreaterThan(20);
    for (let afterChunks = 0; afterChunks <= last; afterChunks++) {
      const runs = await playInAll(scenarioOf({ ...long, fault: { kind: 'cut', afterChunks, by } }));
      for (const run of runs) {
        expect(run.error).toBeInstanceOf(InvalidCompletionError);
        expect(run.trace.toolCalls).toHaveLength(1);
        expect(partialResponse(run.error)?.messages).toMatchObject(reached);
        hashes.add(run.trace.hash);
      }
    }
    expect(hashes.size).toBe(1);
  },
);

test('a bad frame leaves the same trace at every place, and executes no call', async () => {
  const hashes = new Set<string>();
  for (let afterChunks = 0; afterChunks <= last; afterChunks++) {
    const runs = await playInAll(scenarioOf({ ...long, fault: { kind: 'bad-frame', afterChunks } }));
    for (const run of runs) {
      expect(run.error).toBeInstanceOf(InvalidCompletionError);
      expect(run.trace.toolCalls).toHaveLength(1);
      hashes.add(run.trace.hash);
    }
  }
  expect(hashes.size).toBe(1);
});
