import { Agent, Result, tool, type AgentOptions } from 'swarmcheck';

const parameters = {
  type: 'object',
  properties: { key: { type: 'string' }, value: {} },
  required: ['key'],
} as const;

/** Sorted by name, because a trace does not record which variable was set first. */
const shown = (context: object) =>
  JSON.stringify(Object.entries(context).toSorted(([one], [other]) => (one < other ? -1 : 1)));

/**
 * Two agents that hand off to each other, with tools that answer, write, throw, and return a value that JSON cannot
 * hold. A third agent, without tools, never hands back. New agents on each call, with these settings.
 */
export function agents(settings: AgentOptions = {}): Agent {
  const last = new Agent({ name: 'Last', ...settings });
  const other = new Agent({
    name: 'Other',
    model: 'other',
    instructions: (context) => `Other,\n${shown(context)}`,
    ...settings,
  });
  const first: Agent = new Agent({
    name: 'First',
    instructions: (context) => `First, ${shown(context)}`,
    ...settings,
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
        throw new Error('failed: ü');
      },
      function leave() {
        return last;
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
