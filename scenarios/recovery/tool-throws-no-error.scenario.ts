import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

/** What the drivers of these printers throw. None of these values is an Error. */
const thrown: Record<string, unknown> = {
  attic: 'out of paper',
  hall: { code: 'E7', tray: 2 },
  cellar: undefined,
};

const office = new Agent({
  name: 'Office',
  instructions: 'Print on any printer that works.',
  functions: [
    tool({
      name: 'print',
      parameters: z.object({ on: z.enum(['attic', 'hall', 'cellar', 'study']) }),
      execute({ on }, { contextVariables }) {
        if (on in thrown) throw thrown[on];
        contextVariables['printedOn'] = on;
        return `printed in the ${on}`;
      },
    }),
  ],
});

export default defineScenario({
  name: 'a tool that throws what is no Error is answered with what it threw, and the model goes on',
  agent: office,
  steps: [
    user('Print my ticket, anywhere.'),
    callTool('print', { on: 'attic' }),
    callTools([callTool('print', { on: 'hall' }), callTool('print', { on: 'cellar' })]),
    callTool('print', { on: 'study' }),
    say('Your ticket is in the study.'),
  ],
  expect: { contextVariables: { printedOn: 'study' }, stopReason: 'completed' },
  check({ trace: { toolCalls, requests } }) {
    const answers = [
      'Error: Tool print failed: out of paper',
      'Error: Tool print failed: {"code":"E7","tray":2}',
      'Error: Tool print failed: it threw undefined.',
      'printed in the study',
    ];
    assert.deepEqual(
      toolCalls.map(({ content }) => content),
      answers,
    );
    assert.deepEqual(
      toolCalls.map(({ error }) => error),
      ['threw', 'threw', 'threw', undefined],
    );
    // Every text reached the model, in the order of the calls.
    const shown = requests.at(-1)?.request.messages.filter(({ role }) => role === 'tool');
    assert.deepEqual(
      shown?.map(({ content }) => content),
      answers,
    );
  },
});
