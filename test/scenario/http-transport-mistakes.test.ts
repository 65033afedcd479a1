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
  ['a request where the user is to speak', [user('more')], ScriptExhaustedError],
  ['a tool that is not offered', [callTool('lock_up')], ScriptMistakeError],
  ['arguments that fail the schema', [callTool('look_up', { p: 1 })], ScriptMistakeError],
  ['a function step that gives a call that is not offered', [() => callTool('lock_up')], ScriptMistakeError],
  ['a function step that gives no step', [() => ({ text: 'x' }) as ModelStep], ScriptMistakeError],
  ['a function step that gives nothing', [() => undefined as unknown as ModelStep], ScriptMistakeError],
];

test.for(mistakes)('one error and one trace, whatever the way: %s', async ([, steps, errorClass]) => {
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
  ['an error with a status that is none of HTTP', Object.assign(new Error('odd'), { status: 7 })],
  ['a frozen error', Object.freeze(new OwnError('frozen'))],
];

for (const way of ways) {
  test.for(thrown)(
    `what a function step throws is the error, the very object, ${way.name}: %s`,
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

  test(`a function step that rejects later is the same, ${way.name}`, async () => {
    const reason = new OwnError('later');
    const later = async (): Promise<ModelStep> => {
      await Promise.resolve();
      throw reason;
    };
    expect((await playIn(way, scenarioOf(later))).error).toBe(reason);
  });

  test(`a function step is shown the request without what says how to answer, ${way.name}`, async () => {
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

  test(`a mistake of one run is not told to another that is played at once, ${way.name}`, async () => {
    const reason = new OwnError('mine');
    const fail = () => {
      throw reason;
    };
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, index) => playIn(way, scenarioOf(index % 2 === 0 ? fail : say('ok')))),
    );
    for (const [index, run] of runs.entries()) expect(run.error).toBe(index % 2 === 0 ? reason : undefined);
  });

  test(`an error of the client that a function step throws fails the run as one, ${way.name}`, async () => {
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

  test(`a connection error that a function step throws fails the run as one, ${way.name}`, async () => {
    const run = await playIn(
      way,
      scenarioOf(() => {
        throw new OpenAI.APIConnectionError({ message: 'Connection error.' });
      }),
    );
    expect(run.error).toBeInstanceOf(OpenAI.APIConnectionError);
  });
}

test.for(thrown)('what a function step throws leaves one trace, whatever the way: %s', async ([, reason]) => {
  const [first, ...others] = await playInAll(
    scenarioOf(() => {
      throw reason;
    }),
  );
  for (const other of others) expect(other.trace.diff(first!.trace)).toBeUndefined();
});

test('an error of the test that has a status of HTTP is the error, whatever the way', async () => {
  const reason = Object.assign(new OwnError('mine'), { status: 404 });
  for (const run of await playInAll(
    scenarioOf(() => {
      throw reason;
    }),
  ))
    expect(run.error).toBe(reason);
});
