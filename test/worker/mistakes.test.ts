import { workerTool } from 'swarmcheck/worker';
import { expect, test } from 'vitest';
import { messageOf } from '../support/failures.ts';

const never = (given: unknown) => given as never;
const url = new URL('./modules/tools.ts', import.meta.url);

const mistakes: Record<string, [mistake: () => unknown, message: string]> = {
  'a path in place of a URL': [
    () => workerTool('./modules/tools.ts', 'echo'),
    'workerTool takes the URL of a file, such as new URL(\'./hash.ts\', import.meta.url), but was given the string "./modules/tools.ts".',
  ],
  'a URL of the network': [
    () => workerTool(new URL('https://example.com/tools.js'), 'echo'),
    'workerTool takes the URL of a file, such as new URL(\'./hash.ts\', import.meta.url), but was given the string "https://example.com/tools.js".',
  ],
  'a function in place of a URL': [
    () => workerTool(never(messageOf), 'echo'),
    "workerTool takes the URL of a file, such as new URL('./hash.ts', import.meta.url), but was given the function messageOf.",
  ],
  'nothing in place of a URL': [
    () => workerTool(never(undefined), 'echo'),
    "workerTool takes the URL of a file, such as new URL('./hash.ts', import.meta.url), but was given undefined.",
  ],
  'a file that is not there': [
    () => workerTool(new URL('./modules/tolls.ts', import.meta.url), 'echo'),
    'workerTool was given test/worker/modules/tolls.ts, but there is no such file.',
  ],
  'no export': [
    () => workerTool(url, never(undefined)),
    'workerTool takes the name of an exported function after the URL, but was given undefined.',
  ],
  'options in place of the export': [
    () => workerTool(url, never({ name: 'echo' })),
    'workerTool takes the name of an exported function after the URL, but was given an object.',
  ],
  'a default export without a name': [
    () => workerTool(url, 'default'),
    'A default export has no name that the model could call it by: workerTool(url, "default", { name: "…" }).',
  ],
  'an option that nobody reads': [
    () => workerTool(url, 'echo', never({ timeout: 1 })),
    'workerTool has no option "timeout". Did you mean "timeoutMs"? Its options: name, description, parameters, timeoutMs, contextVariables.',
  ],
  'a time-out without end': [
    () => workerTool(url, 'echo', { timeoutMs: Infinity }),
    'The timeoutMs of workerTool must be a number of milliseconds from 1 to 2147483647, but is the number Infinity.',
  ],
  'a time-out as text': [
    () => workerTool(url, 'echo', { timeoutMs: never('30s') }),
    'The timeoutMs of workerTool must be a number of milliseconds from 1 to 2147483647, but is the string "30s".',
  ],
  'context variables that are no names': [
    () => workerTool(url, 'echo', { contextVariables: never({ user: 'Ann' }) }),
    'The contextVariables of workerTool must be a list of names, such as ["user"], but are an object.',
  ],
  'parameters that no call could fit': [
    () => workerTool(url, 'echo', { parameters: { type: 'object', required: ['a'] } }),
    'The tool "echo" requires "a", which is not among its properties, so no call could be valid. Its properties: none.',
  ],
};

test.for(Object.entries(mistakes))('%s is refused', async ([, [mistake, message]]) => {
  expect(await messageOf(mistake)).toBe(message);
});
