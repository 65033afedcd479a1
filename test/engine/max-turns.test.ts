import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

const agent = new Agent({
  functions: [
    function ping() {
      return 'pong';
    },
  ],
});

test.for(bothWays)('maxTurns counts completions, not messages, %s', async ([, run]) => {
  const steps = [callTools([callTool('ping'), callTool('ping'), callTool('ping')]), callTool('ping')];
  const response = await run({ agent, maxTurns: 2, steps });
  expect(response.messages.map(({ role }) => role)).toEqual([
    'assistant',
    'tool',
    'tool',
    'tool',
    'assistant',
    'tool',
  ]);
  expect(response.stopReason).toBe('max_turns');
});

test.for(bothWays)('the last allowed turn still runs its tools, %s', async ([, run]) => {
  const response = await run({ agent, maxTurns: 1, steps: [callTool('ping')] });
  expect(response.messages.at(-1)).toEqual({
    role: 'tool',
    tool_call_id: 'call_1',
    tool_name: 'ping',
    content: 'pong',
  });
});

test.for(bothWays)('a run that completes in the last allowed turn is completed, %s', async ([, run]) => {
  const response = await run({ agent, maxTurns: 2, steps: [callTool('ping'), say('ok')] });
  expect(response.stopReason).toBe('completed');
});

for (const maxTurns of [0, -1, -Infinity]) {
  test.for(bothWays)(`maxTurns ${maxTurns} calls no model, %s`, async ([, run]) => {
    const provider = scriptedProvider([]);
    const response = await run({ agent, maxTurns, provider, contextVariables: { a: 1 } });
    expect(response).toEqual({ messages: [], agent, contextVariables: { a: 1 }, stopReason: 'max_turns' });
    expect(provider.requests).toEqual([]);
  });
}

test.for(bothWays)('turns are unlimited by default, %s', async ([, run]) => {
  const response = await run({
    agent,
    steps: [...Array.from({ length: 300 }, () => callTool('ping')), say('ok')],
  });
  expect(response.messages).toHaveLength(601);
});

test.for(bothWays)('maxTurns Infinity means no limit, %s', async ([, run]) => {
  const response = await run({ agent, maxTurns: Infinity, steps: [callTool('ping'), say('ok')] });
  expect(response.stopReason).toBe('completed');
});

for (const maxTurns of [NaN, 1.5]) {
  test.for(bothWays)(`maxTurns ${maxTurns} is a RangeError, %s`, async ([, run]) => {
    const provider = scriptedProvider([]);
    const error = await rejectedWith(run({ agent, maxTurns, provider }));
    expect(factsOf(error)).toEqual({
      error: 'RangeError',
      field: 'maxTurns',
      given: `the number ${maxTurns}`,
    });
    expect(provider.requests).toEqual([]);
  });
}
