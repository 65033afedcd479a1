import { expect, test, vi } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';

test.for(bothWays)(
  'executeTools: false ends the run with the tool calls as its last message, %s',
  async ([, run]) => {
    const agent = new Agent({
      functions: [
        function ping() {
          return 'pong';
        },
      ],
    });
    const response = await run({
      agent,
      executeTools: false,
      steps: [callTool('ping', {}, { say: 'One moment.' })],
    });
    expect(response.messages).toEqual([
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'ping', arguments: '{}' } }],
        sender: 'Agent',
      },
    ]);
    expect(response.stopReason).toBe('interrupted');
  },
);

test.for(bothWays)('executeTools: false runs no tool and follows no handoff, %s', async ([, run]) => {
  const to_sales = vi.fn<() => Agent>(() => new Agent({ name: 'Sales' }));
  const agent = new Agent({
    name: 'Triage',
    functions: [{ name: 'to_sales', description: '', parameters: { type: 'object' }, execute: to_sales }],
  });
  const response = await run({ agent, executeTools: false, steps: [callTool('to_sales')] });
  expect(to_sales).not.toHaveBeenCalled();
  expect(response.agent).toBe(agent);
});

test.for(bothWays)('executeTools: false completes a run without tool calls, %s', async ([, run]) => {
  const response = await run({ executeTools: false, steps: [say('ok')] });
  expect(response.stopReason).toBe('completed');
});

test.for(bothWays)(
  'a person can answer the calls of an interrupted run, and the next run continues from there, %s',
  async ([, run]) => {
    const agent = new Agent({
      functions: [
        function ping() {
          return 'pong';
        },
      ],
    });
    const { messages } = await run({ agent, executeTools: false, steps: [callTool('ping')] });
    const response = await run({
      agent,
      messages: [...messages, { role: 'tool', tool_call_id: 'call_1', content: 'done by hand' }],
      steps: [say('ok')],
    });
    expect(response.messages).toEqual([{ role: 'assistant', content: 'ok', sender: 'Agent' }]);
  },
);
