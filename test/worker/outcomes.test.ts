/** A worker tool answers with the same text as an in-process tool, whatever its function returns or throws. */
import { Agent, Swarm, tool } from 'swarmcheck';
import { callTool, runScenario, say, scriptedProvider, thrownBy, user } from 'swarmcheck/testing';
import { workerTool } from 'swarmcheck/worker';
import { expect, test } from 'vitest';
import { called } from '../support/called.ts';
import * as outcomes from './modules/outcomes.ts';

const { returned, thrown, ...functions } = outcomes;
const url = new URL('./modules/outcomes.ts', import.meta.url);
const parameters = { type: 'object', properties: { what: { type: 'string' } } } as const;

/** The results of a call in the process and in a thread. */
async function inBoth(name: keyof typeof functions, what: string) {
  const inProcess = tool({
    name,
    parameters,
    execute: (args) => functions[name](args as { what: string }),
  });
  const args = { what };
  const process = await called([inProcess], name, args);
  const thread = await called([workerTool(url, name, { parameters })], name, args);
  return { process, thread };
}

const gives = (['give', 'give_later'] as const).flatMap((name) =>
  Object.keys(returned).map((what) => [name, what] as const),
);
const fails = (['fail', 'fail_later'] as const).flatMap((name) =>
  Object.keys(thrown).map((what) => [name, what] as const),
);

test.for([...gives, ...fails])(
  'a call in a thread has the result of a call in the process: %s: %s',
  async ([name, what]) => {
    const { process, thread } = await inBoth(name, what);
    expect(thread).toEqual(process);
  },
);

test('hooks get the error with its name and its stack', async () => {
  const errors: unknown[] = [];
  const agent = new Agent({ functions: [workerTool(url, 'fail', { parameters })] });
  const steps = [
    callTool('fail', { what: 'an Error of a class of its own' }),
    callTool('fail', { what: 'a native RangeError' }),
    say('Sorry.'),
  ];
  const hooks = { afterTool: ({ error }: { error?: unknown }) => void errors.push(error) };
  await new Swarm({ provider: scriptedProvider(steps), hooks }).run({
    agent,
    messages: [{ role: 'user', content: 'Go.' }],
  });
  const stack = expect.stringContaining('outcomes.ts') as string;
  expect(errors).toMatchObject([
    { name: 'OutOfStock', message: 'no pens', stack },
    { name: 'RangeError', message: 'engine words', stack },
  ]);
  expect(errors[1]).toBeInstanceOf(RangeError);
});

test('thrownBy returns the error of a thread, with its causes', async () => {
  const agent = new Agent({ functions: [workerTool(url, 'fail', { parameters })] });
  const steps = [user('Go.'), callTool('fail', { what: 'an Error with causes' }), say('Sorry.')];
  const { trace } = await runScenario({ agent, steps });
  const error = thrownBy(trace.toolCalls[0]!);
  expect(error).toMatchObject({ message: 'outer', cause: { message: 'inner', cause: 'deepest' } });
  expect((error as Error).cause).toBeInstanceOf(URIError);
});
