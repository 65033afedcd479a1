import { Agent, Swarm, type Response } from 'swarmcheck';
import { callTool, say, traceOf, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const pilot = new Agent({
  name: 'Pilot',
  functions: [
    function to_tower() {
      return tower;
    },
  ],
});
const tower = new Agent({ name: 'Tower', instructions: 'Clear planes for landing.' });

const steps: Step[] = [callTool('to_tower', {}, { say: 'Switching.' }), say('Runway two, cleared to land.')];
const landing = { agent: pilot, messages: [{ role: 'user' as const, content: 'Where do we land?' }] };

test('a streamed run delivers each message between start and end, with its sender, and the response last', async ({
  script,
}) => {
  const seen: string[] = [];
  let text = '';
  let response: Response | undefined;
  for await (const event of new Swarm({ provider: script(steps) }).run({ ...landing, stream: true })) {
    if ('delim' in event) {
      seen.push(event.delim);
    } else if ('response' in event) {
      seen.push('response');
      response = event.response;
    } else {
      if (event.sender !== undefined) seen.push(event.sender);
      for (const call of event.tool_calls ?? []) if (call.function?.name) seen.push(call.function.name);
      text += event.content ?? '';
    }
  }

  expect(seen).toEqual(['start', 'Pilot', 'to_tower', 'end', 'start', 'Tower', 'end', 'response']);
  expect(text).toBe('Switching.Runway two, cleared to land.');
  expect(response?.agent).toBe(tower);
  expect(response?.messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant']);
});

test('a streamed run has the same messages and trace as an unstreamed run', async ({ script }) => {
  const whole = await new Swarm({ provider: script(steps) }).run(landing);
  let streamed: Response | undefined;
  for await (const event of new Swarm({ provider: script(steps) }).run({ ...landing, stream: true })) {
    if ('response' in event) streamed = event.response;
  }

  expect(streamed).toHaveHandoffOrder(['Pilot', 'Tower']);
  expect(streamed).toHaveSameTraceAs(traceOf(whole));
  expect(streamed?.messages).toEqual(whole.messages);
});
