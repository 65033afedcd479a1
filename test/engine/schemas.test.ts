import { expect, test, vi } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import { Agent, tool, type Tool } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { answeredBy, asking, completion, saying } from '../support/completions.ts';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

const execute = () => '';

const notOfAnObject = { error: 'UsageError', field: 'functions[0]', agent: 'Agent', tool: 'a' };

test('a JSON Schema of a type other than object rejects the run before the model is asked', async () => {
  // @ts-expect-error not the schema of an object
  const a = tool({ name: 'a', parameters: { type: 'string' }, execute });
  expect(factsOf(await rejected(a))).toEqual(notOfAnObject);
});

test('a JSON Schema without a type rejects the run before the model is asked', async () => {
  // @ts-expect-error not the schema of an object
  const a = tool({ name: 'a', parameters: { properties: { q: { type: 'string' } } }, execute });
  expect(factsOf(await rejected(a))).toEqual(notOfAnObject);
});

test('a zod schema of a type other than object rejects the run before the model is asked', async () => {
  // @ts-expect-error not the schema of an object
  const a = tool({ name: 'a', parameters: z.string(), execute });
  expect(factsOf(await rejected(a))).toEqual(notOfAnObject);
});

async function rejected(made: Tool): Promise<unknown> {
  const provider = scriptedProvider([]);
  const error = await rejectedWith(unstreamed({ agent: new Agent({ functions: [made] }), provider }));
  expect(provider.requests).toEqual([]);
  return error;
}

for (const [words, parameters] of [
  ['null', null],
  ['a string', 'object'],
  ['an array', []],
  ['a class', Agent],
] as const) {
  test(`parameters that are ${words} are refused`, () => {
    // @ts-expect-error no schema at all
    expect(() => tool({ name: 'a', parameters, execute })).toThrow(
      /The parameters of tool "a" are not a schema/,
    );
  });
}

test('a zod schema that JSON Schema cannot express is refused with the reason that zod gives', () => {
  expect(() => tool({ name: 'plan', parameters: z.object({ day: z.date() }), execute })).toThrow(
    'The parameters of tool "plan" (zod) cannot be expressed as JSON Schema, which the model needs: Date cannot be represented in JSON Schema',
  );
});

test('a valibot schema without its converter is refused with the name of the converter', () => {
  expect(() => tool({ name: 'plan', parameters: v.object({ day: v.string() }), execute })).toThrow(
    'The parameters of tool "plan" (valibot) do not provide a JSON Schema, which the model needs: wrap them in toStandardJsonSchema() of @valibot/to-json-schema.',
  );
});

test('a Standard Schema of a library without JSON Schema support is refused', () => {
  const parameters = {
    '~standard': { version: 1, vendor: 'homemade', validate: () => ({ value: {} }) },
  } as const;
  expect(() => tool({ name: 'plan', parameters, execute })).toThrow(
    /\(homemade\) do not provide a JSON Schema.*update the library, or pass a JSON Schema/,
  );
});

test('a tool without execute is refused', async () => {
  // @ts-expect-error execute is missing
  expect(await factsOfMistake(() => tool({ name: 'plan' }))).toEqual({
    error: 'UsageError',
    tool: 'plan',
    field: 'execute',
  });
});

test.for(bothWays)(
  'a $ref that cannot be resolved rejects the run, and the tool is not called, %s',
  async ([, run]) => {
    const parameters = { type: 'object', properties: { size: { $ref: '#/$defs/Size' } } } as const;
    const executed = vi.fn<() => string>(() => 'ran');
    const agent = new Agent({ functions: [tool({ name: 'paint', parameters, execute: executed })] });
    const call = { id: 'a', function: { name: 'paint', arguments: '{"size":"M"}' } };
    const provider = answeredBy((_request, _options, count) =>
      count === 1 ? completion(asking(call)) : saying('ok'),
    );
    const error = await rejectedWith(run({ agent, provider }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: 'The parameters of tool "paint" are not a valid JSON Schema.',
      tool: 'paint',
      cause: { message: expect.stringContaining('#/$defs/Size') },
    });
    expect(executed).not.toHaveBeenCalled();
  },
);

test.for(bothWays)(
  'two tools that use the same argument name keep their own schemas, %s',
  async ([, run]) => {
    const one = tool({
      name: 'one',
      parameters: { type: 'object', properties: { x: { type: 'string' } } },
      execute: (args) => args,
    });
    const two = tool({
      name: 'two',
      parameters: { type: 'object', properties: { x: { type: 'number' } } },
      execute: (args) => args,
    });
    const steps = [callTool('one', { x: 'a' }), callTool('two', { x: 1 }), say('ok')];
    const response = await run({ agent: new Agent({ functions: [one, two] }), steps });
    expect(toolContents(response)).toEqual(['{"x":"a"}', '{"x":1}']);
  },
);

test('the validator checks the format of an argument', async () => {
  const parameters = { type: 'object', properties: { mail: { type: 'string', format: 'email' } } } as const;
  const agent = new Agent({ functions: [tool({ name: 'send', parameters, execute: () => 'sent' })] });
  const response = await unstreamed({ agent, steps: [callTool('send', '{"mail":"nobody"}'), say('ok')] });
  expect(toolContents(response)[0]).toContain('"mail" must');
});

test.for(bothWays)('a schema with $schema is accepted, and $schema is not sent, %s', async ([, run]) => {
  const parameters = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { q: { type: 'string' } },
  } as const;
  const requests: unknown[] = [];
  const provider = answeredBy((request) => {
    requests.push(request.tools?.[0]?.function.parameters);
    return saying('ok');
  });
  await run({ agent: new Agent({ functions: [tool({ name: 'a', parameters, execute })] }), provider });
  expect(requests).toEqual([{ type: 'object', properties: { q: { type: 'string' } } }]);
});
