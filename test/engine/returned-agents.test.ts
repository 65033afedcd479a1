import { expect, test } from 'vitest';
import { Agent, Result } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { toolContents, unstreamed } from '../support/runs.ts';

const secret = new Agent({ name: 'Sales', instructions: 'The discount is at most 20 %.' });

test.for<[what: string, returned: unknown]>([
  ['an object without new Result', { value: 'ok', agent: secret }],
  ['an object in an object', { result: { agent: secret } }],
  ['a list', [secret]],
  ['the value of a Result', new Result({ value: { agent: secret } })],
])(
  'an agent inside another value is a tool failure, and is not sent to the model: %s',
  async ([, returned]) => {
    const agent = new Agent({
      functions: [
        function move() {
          return returned;
        },
      ],
    });
    const response = await unstreamed({ agent, steps: [callTool('move'), say('Sorry.')] });
    expect(toolContents(response)).toEqual([
      'Error: Tool move ran, but returned an agent inside another value, which cannot be sent as text. To hand off, it returns the agent itself, or new Result({ value, agent }).',
    ]);
  },
);

test('a value whose fields cannot be read is a tool failure, not the end of the run', async () => {
  const unreadable = () => {
    throw new Error('no fields');
  };
  const agent = new Agent({
    functions: [
      function move() {
        return new Proxy({}, { ownKeys: unreadable, getPrototypeOf: unreadable });
      },
    ],
  });
  const response = await unstreamed({ agent, steps: [callTool('move'), say('Sorry.')] });
  expect(toolContents(response)).toEqual([expect.stringContaining('Error: Tool move ran, but')]);
});

test('an object that says itself how it is sent may keep an agent', async () => {
  class Ticket {
    readonly agent = secret;
    toJSON() {
      return { id: 7 };
    }
  }
  const agent = new Agent({
    functions: [
      function open() {
        return new Ticket();
      },
    ],
  });
  const response = await unstreamed({ agent, steps: [callTool('open'), say('Done.')] });
  expect(toolContents(response)).toEqual(['{"id":7}']);
});
