import vm from 'node:vm';
import { expect, test, vi } from 'vitest';
import { toJsonSchema, toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { Agent, tool, type Tool } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { bothWays, type Run, toolContents, unstreamed } from '../support/runs.ts';

async function answer(run: Run, made: Tool, rawArgs: string): Promise<unknown> {
  const response = await run({
    agent: new Agent({ functions: [made] }),
    steps: [callTool(made.name, rawArgs), say('ok')],
  });
  return toolContents(response)[0];
}

const weekday = 'must be a working day';
const isWorkingDay = (day: string) => day !== 'Sunday';

const refined = {
  'zod 4': z.object({ day: z.string().refine(isWorkingDay, weekday) }),
  arktype: type({
    day: type('string').narrow((day, context) => isWorkingDay(day) || context.reject({ message: weekday })),
  }),
  // By default, valibot's converter refuses a check, which JSON Schema cannot express. This one leaves it out.
  valibot: standardOf(v.object({ day: v.pipe(v.string(), v.check(isWorkingDay, weekday)) })),
};

function standardOf<Schema extends v.GenericSchema>(schema: Schema): Schema {
  const jsonSchema = { input: () => toJsonSchema(schema, { errorMode: 'ignore' }) };
  return { ...schema, '~standard': { ...schema['~standard'], jsonSchema } };
}

for (const [library, parameters] of Object.entries(refined)) {
  const book = tool({ name: 'book', parameters, execute: ({ day }) => `booked ${day}` });

  test.for(bothWays)(
    `the answer has the message of a refinement if the JSON Schema is satisfied, with ${library}, %s`,
    async ([, run]) => {
      expect(await answer(run, book, '{"day":"Sunday"}')).toBe(
        'Error: Invalid arguments for tool book. "day": must be a working day. Arguments: day (string, required).',
      );
    },
  );

  test.for(bothWays)(
    `the answer has no message of a refinement if the JSON Schema is not satisfied, with ${library}, %s`,
    async ([, run]) => {
      expect(await answer(run, book, '{"day":7}')).toBe(
        'Error: Invalid arguments for tool book. "day" must be a string, but is the number 7. Arguments: day (string, required).',
      );
    },
  );

  test.for(bothWays)(`a refinement that passes lets the tool run, with ${library}, %s`, async ([, run]) => {
    expect(await answer(run, book, '{"day":"Monday"}')).toBe('booked Monday');
  });
}

test('the message of a refinement of the whole object names no argument', async () => {
  const parameters = z
    .object({ from: z.number(), to: z.number() })
    .refine(({ from, to }) => from < to, 'from must be before to');
  const span = tool({ name: 'span', parameters, execute: () => 'ran' });
  expect(await answer(unstreamed, span, '{"from":2,"to":1}')).toContain(
    'Invalid arguments for tool span. from must be before to. Arguments:',
  );
});

test.for(bothWays)('an asynchronous refinement is awaited, %s', async ([, run]) => {
  const parameters = z.object({
    id: z.string().refine((id) => Promise.resolve(id === 'A-17'), 'is not known'),
  });
  const execute = vi.fn<() => string>(() => 'ran');
  const refund = tool({ name: 'refund', parameters, execute });
  expect(await answer(run, refund, '{"id":"A-18"}')).toContain('"id": is not known');
  expect(execute).not.toHaveBeenCalled();
  expect(await answer(run, refund, '{"id":"A-17"}')).toBe('ran');
});

test.for(bothWays)(
  'a refinement that throws counts as a failure of the tool, and the tool does not run, %s',
  async ([, run]) => {
    const parameters = z.object({
      id: z.string().refine(() => {
        throw new Error('database is down');
      }),
    });
    const execute = vi.fn<() => string>(() => 'ran');
    const agent = new Agent({ functions: [tool({ name: 'refund', parameters, execute })] });
    const response = await run({ agent, steps: [callTool('refund', '{"id":"A"}'), say('ok')] });
    expect(toolContents(response)).toEqual(['Error: Tool refund failed: database is down']);
    expect(traceOf(response).toolCalls[0]?.error).toBe('threw');
    expect(execute).not.toHaveBeenCalled();
  },
);

test.for(bothWays)('a validation that rejects counts as a failure of the tool, %s', async ([, run]) => {
  // Not a zod schema: zod first validates synchronously, and leaves the rejection of that attempt unhandled.
  const standard = {
    version: 1,
    vendor: 'homemade',
    validate: () => Promise.reject<{ value: object }>(new Error('database is down')),
    jsonSchema: { input: () => ({ type: 'object', properties: {} }) },
  } as const;
  const refund = tool({ name: 'refund', parameters: { '~standard': standard }, execute: () => 'ran' });
  expect(await answer(run, refund, '{}')).toBe('Error: Tool refund failed: database is down');
});

test.for(bothWays)('a validation that returns a promise of another realm is awaited, %s', async ([, run]) => {
  const validate = () =>
    vm.runInNewContext('Promise.resolve({ issues: [{ message: "is not known" }] })') as Promise<{
      issues: { message: string }[];
    }>;
  const jsonSchema = { input: () => ({ type: 'object', properties: {} }) };
  const standard = { version: 1, vendor: 'homemade', validate, jsonSchema } as const;
  const execute = vi.fn<() => string>(() => 'ran');
  const refund = tool({ name: 'refund', parameters: { '~standard': standard }, execute });
  expect(await answer(run, refund, '{}')).toContain('Invalid arguments for tool refund. is not known');
  expect(execute).not.toHaveBeenCalled();
});

test("valibot's converter refuses a schema with a check when the tool is made", () => {
  const parameters = toStandardJsonSchema(
    v.object({ day: v.pipe(v.string(), v.check(isWorkingDay, weekday)) }),
  );
  expect(() => tool({ name: 'book', parameters, execute: () => '' })).toThrow(
    /"book" \(valibot\) cannot be expressed as JSON Schema.* The "check" action/,
  );
});

test('defaults, transformations and coercions of a library are applied before the tool runs', async () => {
  const parameters = z.object({
    size: z.string().default('M'),
    count: z.string().transform(Number),
    id: z.string().trim(),
  });
  const echo = tool({ name: 'echo', parameters, execute: (args) => args });
  expect(await answer(unstreamed, echo, '{"count":"7","id":" A "}')).toBe('{"size":"M","count":7,"id":"A"}');
});

test('the trace keeps the arguments as the model sent them', async () => {
  const parameters = z.object({ count: z.string().transform(Number) });
  const agent = new Agent({ functions: [tool({ name: 'echo', parameters, execute: (args) => args })] });
  const response = await unstreamed({ agent, steps: [callTool('echo', { count: '7' }), say('ok')] });
  expect(traceOf(response).toolCalls[0]?.args).toEqual({ count: '7' });
});
