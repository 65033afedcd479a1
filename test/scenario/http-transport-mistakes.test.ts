import OpenAI from 'openai';
import { expect, test } from 'vitest';
import {
  callTool,
  say,
  ScriptExhaustedError,
  ScriptMistakeError,
  user,
  type ModelStep,
  type Scenario,
  type Step,
} from 'swarmcheck/testing';
import { playIn, playInAll, ways } from '../support/ways.ts';
import { deskThat } from '../support/agents.ts';
import { messagesOf } from '../support/failures.ts';

const parameters = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] } as const;

const scenarioOf = (...steps: Step[]): Scenario => ({
  agent: deskThat(({ q }) => q, parameters),
  steps: [user('hi'), callTool('look_up', { q: 'a' }), ...steps],
});

const mistakes: [what: string, steps: Step[], errorClass: Function][] = [
  ['a request beyond the script', [], ScriptExhaustedError],
  ['a request where a user step is next', [user('more')], ScriptExhaustedError],
  ['a tool that is not offered', [callTool('lock_up')], ScriptMistakeError],
  ['arguments that fail the schema', [callTool('look_up', { p: 1 })], ScriptMistakeError],
  ['a function step that calls a tool that is not offered', [() => callTool('lock_up')], ScriptMistakeError],
  ['a function step that returns a malformed step', [() => ({ text: 'x' }) as ModelStep], ScriptMistakeError],
  ['a function step that returns nothing', [() => undefined as unknown as ModelStep], ScriptMistakeError],
];

test.for(mistakes)('error and trace are the same in every play mode: %s', async ([, steps, errorClass]) => {
  const [first, ...others] = await playInAll(scenarioOf(...steps));
  expect(first?.error).toBeInstanceOf(errorClass);
  for (const other of others) {
    expect(other.error).toBeInstanceOf(errorClass);
    expect(messagesOf(other)).toEqual(messagesOf(first!));
    expect(other.trace.hash).toBe(first!.trace.hash);
  }
});

class OwnError extends Error {
  override name = 'OwnError';
}

const thrown: [what: string, reason: unknown][] = [
  ['an error of the test', new OwnError('mine')],
  ['a TypeError', new TypeError('of the test')],
  ['a string', 'a string'],
  ['an object', { code: 7 }],
  ['undefined', undefined],
  ['null', null],
  ['an error with a status that HTTP does not have', Object.assign(new Error('odd'), { status: 7 })],
  ['a frozen error', Object.freeze(new OwnError('frozen'))],
];

for (const way of ways) {
  test.for(thrown)(
    `the value that a function step throws is the error of the run, ${way.name}: %s`,
    async ([, reason]) => {
      const run = await playIn(
        way,
        scenarioOf(() => {
          throw reason;
        }),
      );
      expect(run.error).toBe(reason);
      expect(run.passed).toBe(false);
      expect(run.trace.outcome).toBe('failed');
    },
  );

  test(`the reason of an async function step that rejects is the error of the run, ${way.name}`, async () => {
    const reason = new OwnError('later');
    const later = async (): Promise<ModelStep> => {
      await Promise.resolve();
      throw reason;
    };
    expect((await playIn(way, scenarioOf(later))).error).toBe(reason);
  });

  test(`a function step gets the request without its stream options, ${way.name}`, async () => {
    let seen: object = {};
    await playIn(
      way,
      scenarioOf((request) => {
        seen = request;
        return say('ok');
      }),
    );
    expect(Object.keys(seen).toSorted()).toEqual(['messages', 'model', 'parallel_tool_calls', 'tools']);
  });

  test(`an error of one run does not reach a concurrent run, ${way.name}`, async () => {
    const reason = new OwnError('mine');
    const fail = () => {
      throw reason;
    };
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, index) => playIn(way, scenarioOf(index % 2 === 0 ? fail : say('ok')))),
    );
    for (const [index, run] of runs.entries()) expect(run.error).toBe(index % 2 === 0 ? reason : undefined);
  });

  test(`an API error thrown by a function step keeps its class, body and headers, ${way.name}`, async () => {
    const body = { message: 'Too many.', code: 'rate_limit_exceeded' };
    const headers = new Headers({ 'retry-after-ms': '5' });
    const run = await playIn(
      way,
      scenarioOf(() => {
        throw OpenAI.APIError.generate(429, { error: body }, undefined, headers);
      }),
    );
    expect(run.error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(run.error).toMatchObject({ status: 429, error: body, message: '429 Too many.' });
    expect((run.error as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after-ms')).toBe('5');
  });

  test(`a connection error thrown by a function step keeps its class, ${way.name}`, async () => {
    const run = await playIn(
      way,
      scenarioOf(() => {
        throw new OpenAI.APIConnectionError({ message: 'Connection error.' });
      }),
    );
    expect(run.error).toBeInstanceOf(OpenAI.APIConnectionError);
  });
}

test.for(thrown)('a thrown value leaves the same trace in every play mode: %s', async ([, reason]) => {
  const [first, ...others] = await playInAll(
    scenarioOf(() => {
      throw reason;
    }),
  );
  for (const other of others) expect(other.trace.diff(first!.trace)).toBeUndefined();
});

test("a test's own error with an HTTP status is the error of the run in every play mode", async () => {
  const reason = Object.assign(new OwnError('mine'), { status: 404 });
  for (const run of await playInAll(
    scenarioOf(() => {
      throw reason;
    }),
  ))
    expect(run.error).toBe(reason);
});
