import { Agent, Result, tool } from 'swarmcheck';

const parameters = {
  type: 'object',
  properties: { key: { type: 'string' }, value: {} },
  required: ['key'],
} as const;

/** In order of their names: which of two variables was set first is not recorded. */
const shown = (context: object) =>
  JSON.stringify(Object.entries(context).toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** Two agents that hand off to each other; tools that answer, write, throw and cannot be sent; new ones each time. */
export function agents(): Agent {
  const other = new Agent({
    name: 'Other',
    model: 'other',
    instructions: (context) => `Other,\n${shown(context)}`,
  });
  const first: Agent = new Agent({
    name: 'First',
    instructions: (context) => `First, ${shown(context)}`,
    functions: [
      function move() {
        return other;
      },
      tool({
        name: 'set',
        parameters,
        execute: ({ key, value }) => new Result({ value: key, contextVariables: { [key]: value } }),
      }),
      tool({
        name: 'write',
        parameters,
        execute: ({ key, value }, { contextVariables }) => Promise.resolve((contextVariables[key] = value)),
      }),
      tool({
        name: 'drop',
        parameters,
        execute: ({ key }, { contextVariables }) => {
          delete contextVariables[key];
        },
      }),
      function fail() {
        throw new Error('failed');
      },
      function odd() {
        return 1n;
      },
    ],
  });
  other.functions = [
    ...first.functions.slice(1),
    function move() {
      return new Result({ value: 'back', agent: first, contextVariables: { moved: true } });
    },
  ];
  return first;
}
