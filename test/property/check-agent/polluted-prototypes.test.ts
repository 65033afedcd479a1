/** Careless code that a generated model leads to a built-in object. The tests run one after another: it is shared. */
import { Agent, tool } from 'swarmcheck';
import type { ScenarioRun } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { Failures } from './desk.ts';

const desk = () =>
  new Agent({
    name: 'Desk',
    functions: [
      tool({
        name: 'look_up',
        parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
        execute: () => 'found',
      }),
    ],
  });

/** An invariant that counts calls in a plain object, under the names that the model chose. */
function countsCarelessly() {
  const counts: Record<string, Record<string, number>> = {};
  return ({ trace }: ScenarioRun) => {
    for (const { tool: name, error } of trace.toolCalls) {
      const ofTool = (counts[name] ??= {});
      const kind = error ?? 'ok';
      ofTool[kind] = (ofTool[kind] ?? 0) + 1;
    }
  };
}

test.sequential('an invariant that pollutes a prototype is named, with the key', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(desk, { always: { counts: countsCarelessly() } });
  expect(error.invariant).toBe('counts');
  expect(error.message).toMatch(
    /^"counts" was broken: The key "unknown-tool" was set on Object\.prototype\.(?:toString|hasOwnProperty), /,
  );
  expect(error.cause).toMatchObject({ name: 'PrototypePollutedError', key: 'unknown-tool' });
  expect(error.steps).toMatchObject([
    {},
    { calls: [{ tool: expect.stringMatching(/^(?:toString|hasOwnProperty)$/) }] },
    {},
  ]);
  expect(Object.keys(Object.prototype.toString)).toEqual([]);
});

test.sequential('an invariant that waits, or throws, is judged for its keys as well', async () => {
  using failures = new Failures();
  for (const end of [() => Promise.resolve(true), () => Promise.reject(new Error('no')), thrown]) {
    const always = {
      counts() {
        Reflect.set(Object.prototype, 'counted', 1);
        return end();
      },
    };
    const error = await failures.failureOf(desk, { always, runs: 5 });
    expect(error.cause).toMatchObject({ name: 'PrototypePollutedError', key: 'counted' });
  }
});

function thrown(): never {
  throw new Error('no');
}

test.sequential('a tool that pollutes a prototype breaks an invariant that cannot be switched off', async () => {
  using failures = new Failures();
  const found: Record<string, Record<string, unknown>> = {};
  const parameters = {
    type: 'object',
    properties: { group: { enum: ['books', '__proto__'] } },
    required: ['group'],
  } as const;
  const keep = tool({
    name: 'keep',
    parameters,
    execute({ group }) {
      (found[String(group)] ??= {})['kept'] = true;
      return 'kept';
    },
  });
  const error = await failures.failureOf(() => new Agent({ functions: [keep] }), { invariants: 'none' });
  expect(error.invariant).toBe('prototypes-stay-clean');
  expect(error.cause).toMatchObject({ prototype: 'Object.prototype', key: 'kept' });
});
