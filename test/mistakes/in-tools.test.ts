/** Mistakes in the definitions of tools. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { z } from 'zod';
import { Swarm, tool, type JsonObjectSchema } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { deskThat, messages } from '../support/agents.ts';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

const execute = () => 'found';

/** The error with which these parameters are refused, when the tool is made or first offered. */
function refusalOf(parameters: JsonObjectSchema): Promise<Error> {
  return errorOf(() => {
    const agent = deskThat(execute, parameters);
    return new Swarm({ provider: scriptedProvider([say('Hello.')]) }).run({ agent, messages });
  });
}

test('a tool without a definition', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => tool())).toMatchInlineSnapshot(
    `"tool takes one object: tool({ name, execute }). It was given undefined."`,
  );
});

test('the name of a tool and its function as two arguments', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => tool('look_up', execute))).toEqual({
    error: 'UsageError',
    given: 'the string "look_up"',
  });
});

test('a tool without a name', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => tool({ execute }))).toMatchInlineSnapshot(
    `"A tool needs a name, by which the model calls it: tool({ name, execute })."`,
  );
});

test('a number as the name of a tool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => tool({ name: 17, execute }))).toEqual({
    error: 'UsageError',
    field: 'name',
    given: 'the number 17',
  });
});

test('a tool without execute', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => tool({ name: 'look_up' }))).toMatchInlineSnapshot(
    `"The tool "look_up" has no execute function. Give it one: execute(args, { contextVariables }) { … }."`,
  );
});

test('execute with the name that another library uses', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => tool({ name: 'look_up', run: execute }))).toEqual({
    error: 'UsageError',
    tool: 'look_up',
    field: 'run',
    suggestion: 'execute',
  });
});

test('a misspelt field "parameters"', async ({ expect }) => {
  const paramters = { type: 'object', properties: { orderId: { type: 'string' } } };
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => tool({ name: 'look_up', paramters, execute }))).toEqual({
    error: 'UsageError',
    tool: 'look_up',
    field: 'paramters',
    suggestion: 'parameters',
  });
});

test('a description that is a function', async ({ expect }) => {
  const description = () => 'Looks an order up.';
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => tool({ name: 'look_up', description, execute }))).toMatchInlineSnapshot(
    `"The description of tool "look_up" must be a string, but is the function description."`,
  );
});

test('parameters that are not the schema of an object', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ type: 'string' })).message).toMatchInlineSnapshot(
    `"Function 1 of agent "Desk", "look_up", has parameters that are not the schema of an object. The model sends arguments by name: use { type: 'object', properties: … }."`,
  );
});

test('the properties in place of the parameters', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf({ orderId: { type: 'string' } }))).toEqual({
    error: 'UsageError',
    field: 'functions[0]',
    agent: 'Desk',
    tool: 'look_up',
  });
});

test('parameters as a text', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf('orderId: string')).message).toMatchInlineSnapshot(
    `"The parameters of tool "look_up" are not a schema. Pass a JSON Schema of an object, or a zod, arktype or valibot schema."`,
  );
});

test('names in place of the properties', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ type: 'object', properties: ['orderId'] })).message).toMatchInlineSnapshot(
    `"The properties of tool "look_up" must be an object that has a schema for each argument, not an array of 1 item."`,
  );
});

test('a type in place of the schema of a property', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf({ type: 'object', properties: { orderId: 'string' } })).message,
  ).toMatchInlineSnapshot(
    `"The property "orderId" of tool "look_up" must be a schema, such as { type: "string" }, but is the string "string"."`,
  );
});

test('a constructor in place of the schema of a property', async ({ expect }) => {
  expect(factsOf(await refusalOf({ type: 'object', properties: { orderId: String } }))).toEqual({
    error: 'UsageError',
    field: 'orderId',
    tool: 'look_up',
    given: 'the function String',
  });
});

test('a zod schema in place of the schema of a property', async ({ expect }) => {
  const properties = { orderId: z.string() };
  expect((await refusalOf({ type: 'object', properties })).message).toMatchInlineSnapshot(
    `"The property "orderId" of tool "look_up" is a schema of a library inside a JSON Schema. Use the library for the schema of the whole object."`,
  );
});

test('a type that JSON Schema does not know', async ({ expect }) => {
  const properties = { orderId: { type: 'text' } };
  expect((await refusalOf({ type: 'object', properties })).message).toMatchInlineSnapshot(
    `"The property "orderId" of tool "look_up" has the type "text", which JSON Schema does not know. Its types: string, number, integer, boolean, object, array, null."`,
  );
});

test('a misspelt type', async ({ expect }) => {
  const properties = { amount: { type: ['nummer', 'null'] } };
  expect(factsOf(await refusalOf({ type: 'object', properties }))).toEqual({
    error: 'UsageError',
    field: 'amount',
    tool: 'look_up',
    given: 'nummer',
    suggestion: 'number',
  });
});

test('a required argument that is not a property', async ({ expect }) => {
  const properties = { orderId: { type: 'string' } };
  expect(
    (await refusalOf({ type: 'object', properties, required: ['order'] })).message,
  ).toMatchInlineSnapshot(
    `"The tool "look_up" requires "order", which is not among its properties, so no call could be valid. Did you mean "orderId"? Its properties: orderId."`,
  );
});

test('a required argument without any properties', async ({ expect }) => {
  expect((await refusalOf({ type: 'object', required: ['orderId'] })).message).toMatchInlineSnapshot(
    `"The tool "look_up" requires "orderId", which is not among its properties, so no call could be valid. Its properties: none."`,
  );
});

test('a name in place of the list of required arguments', async ({ expect }) => {
  const properties = { orderId: { type: 'string' } };
  expect(
    // @ts-expect-error the compiler says so, too
    (await refusalOf({ type: 'object', properties, required: 'orderId' })).message,
  ).toMatchInlineSnapshot(
    `"The parameters of tool "look_up" have a "required" that must be a list of names, but is the string "orderId"."`,
  );
});
