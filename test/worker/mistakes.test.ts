import { workerTool } from 'swarmcheck/worker';
import { expect, test } from 'vitest';
import { errorOf } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

const never = (given: unknown) => given as never;
const url = new URL('./modules/tools.ts', import.meta.url);

const fileUrl = `the URL of a file, such as new URL('./hash.ts', import.meta.url)`;
const exported = 'the name of an exported function after the URL';
const milliseconds = 'a number of milliseconds from 1 to 2147483647';

const mistakes: Record<string, [mistake: () => unknown, facts: object, message?: string]> = {
  'a path in place of a URL': [
    () => workerTool('./modules/tools.ts', 'echo'),
    { expected: fileUrl, given: 'the string "./modules/tools.ts"' },
    'workerTool takes the URL of a file, such as new URL(\'./hash.ts\', import.meta.url), but was given the string "./modules/tools.ts".',
  ],
  'an https URL': [
    () => workerTool(new URL('https://example.com/tools.js'), 'echo'),
    { expected: fileUrl, given: 'the string "https://example.com/tools.js"' },
  ],
  'a function in place of a URL': [
    () => workerTool(never(errorOf), 'echo'),
    { expected: fileUrl, given: 'the function errorOf' },
  ],
  'undefined in place of a URL': [
    () => workerTool(never(undefined), 'echo'),
    { expected: fileUrl, given: 'undefined' },
  ],
  'a file that does not exist': [
    () => workerTool(new URL('./modules/tolls.ts', import.meta.url), 'echo'),
    { given: 'test/worker/modules/tolls.ts' },
    'workerTool was given test/worker/modules/tolls.ts, but this file does not exist.',
  ],
  'a missing name of the export': [
    () => workerTool(url, never(undefined)),
    { expected: exported, given: 'undefined' },
    'workerTool takes the name of an exported function after the URL, but was given undefined.',
  ],
  'an object in place of the name of the export': [
    () => workerTool(url, never({ name: 'echo' })),
    { expected: exported, given: 'an object' },
  ],
  'a default export without a name': [
    () => workerTool(url, 'default'),
    { field: 'name' },
    'A default export has no name for the model. Give it one: workerTool(url, "default", { name: "…" }).',
  ],
  'an unknown option': [
    () => workerTool(url, 'echo', never({ timeout: 1 })),
    { field: 'timeout', suggestion: 'timeoutMs' },
  ],
  'an infinite time-out': [
    () => workerTool(url, 'echo', { timeoutMs: Infinity }),
    { field: 'timeoutMs', expected: milliseconds, given: 'the number Infinity' },
  ],
  'a time-out as a string': [
    () => workerTool(url, 'echo', { timeoutMs: never('30s') }),
    { field: 'timeoutMs', expected: milliseconds, given: 'the string "30s"' },
  ],
  'an object in place of a list of context variables': [
    () => workerTool(url, 'echo', { contextVariables: never({ user: 'Ann' }) }),
    { field: 'contextVariables', expected: 'a list of names, such as ["user"]', given: 'an object' },
    'The contextVariables of workerTool must be a list of names, such as ["user"], but is an object.',
  ],
  'a schema that no arguments can match': [
    () => workerTool(url, 'echo', { parameters: { type: 'object', required: ['a'] } }),
    { tool: 'echo', field: 'required', given: 'a' },
  ],
};

test.for(Object.entries(mistakes))('%s is refused', async ([, [mistake, facts, message]]) => {
  const error = await errorOf(mistake);
  expect(factsOf(error, 'expected')).toEqual({ error: 'UsageError', ...facts });
  expect(error.message).toBe(message ?? error.message);
});
