import { expect, test } from 'vitest';
import type { TraceEvent } from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

/** One line of JSON for each event; the tools of a request are shown by name only. */
function linesOf(events: readonly TraceEvent[]): string {
  const nameOnly = (key: string, value: unknown) =>
    key === 'tools' ? (value as { function: { name: string } }[]).map((each) => each.function.name) : value;
  return events.map((event) => JSON.stringify(event, nameOnly)).join('\n');
}

test('a run with a tool, a context change and a handoff has these events', async ({ expect }) => {
  const { events } = await traceDesk();
  expect(linesOf(events)).toMatchInlineSnapshot(`
    "{"type":"run-start","run":1,"agent":"Desk","messages":[{"role":"user","content":"Where is my refund?"}],"contextVariables":{"ticket":5},"maxTurns":null,"executeTools":true}
    {"type":"model-request","run":1,"turn":1,"agent":"Desk","request":{"model":"gpt-4o","messages":[{"role":"system","content":"Help the user."},{"role":"user","content":"Where is my refund?"}],"tools":["look_up","close_ticket","transfer_to_refunds"],"parallel_tool_calls":true}}
    {"type":"model-response","run":1,"turn":1,"agent":"Desk","message":{"role":"assistant","content":"One moment.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look_up","arguments":"{\\"orderId\\":\\"A-17\\"}"}}]},"finishReason":"tool_calls"}
    {"type":"tool-result","run":1,"turn":1,"agent":"Desk","tool":"look_up","toolCallId":"call_1","args":{"orderId":"A-17"},"content":"{\\"status\\":\\"paid\\"}"}
    {"type":"model-request","run":1,"turn":2,"agent":"Desk","request":{"model":"gpt-4o","messages":[{"role":"system","content":"Help the user."},{"role":"user","content":"Where is my refund?"},{"role":"assistant","content":"One moment.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look_up","arguments":"{\\"orderId\\":\\"A-17\\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"{\\"status\\":\\"paid\\"}"}],"tools":["look_up","close_ticket","transfer_to_refunds"],"parallel_tool_calls":true}}
    {"type":"model-response","run":1,"turn":2,"agent":"Desk","message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_2","type":"function","function":{"name":"close_ticket","arguments":"{}"}},{"id":"call_3","type":"function","function":{"name":"transfer_to_refunds","arguments":"{}"}}]},"finishReason":"tool_calls"}
    {"type":"tool-result","run":1,"turn":2,"agent":"Desk","tool":"close_ticket","toolCallId":"call_2","args":{},"content":"closed"}
    {"type":"tool-result","run":1,"turn":2,"agent":"Desk","tool":"transfer_to_refunds","toolCallId":"call_3","args":{},"content":"{\\"assistant\\":\\"Refunds\\"}"}
    {"type":"context-change","run":1,"turn":2,"set":{"closed":5},"deleted":[]}
    {"type":"handoff","run":1,"turn":2,"from":"Desk","to":"Refunds","tool":"transfer_to_refunds"}
    {"type":"model-request","run":1,"turn":3,"agent":"Refunds","request":{"model":"gpt-4o","messages":[{"role":"system","content":"Refund."},{"role":"user","content":"Where is my refund?"},{"role":"assistant","content":"One moment.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look_up","arguments":"{\\"orderId\\":\\"A-17\\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"{\\"status\\":\\"paid\\"}"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_2","type":"function","function":{"name":"close_ticket","arguments":"{}"}},{"id":"call_3","type":"function","function":{"name":"transfer_to_refunds","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_2","content":"closed"},{"role":"tool","tool_call_id":"call_3","content":"{\\"assistant\\":\\"Refunds\\"}"}]}}
    {"type":"model-response","run":1,"turn":3,"agent":"Refunds","message":{"role":"assistant","content":"Your refund is on its way."},"finishReason":"stop","usage":{"prompt_tokens":9,"completion_tokens":6,"total_tokens":15}}
    {"type":"run-end","run":1,"agent":"Refunds","outcome":"completed"}"
  `);
});

test('a model-request event has the tools exactly as offered', async () => {
  const [, request] = (await traceDesk()).events;
  expect(request).toHaveProperty('request.tools', [
    {
      type: 'function',
      function: {
        name: 'look_up',
        description: 'Finds an order.',
        parameters: { type: 'object', properties: { orderId: { type: 'string' } } },
      },
    },
    {
      type: 'function',
      function: { name: 'close_ticket', description: '', parameters: { type: 'object', properties: {} } },
    },
    {
      type: 'function',
      function: {
        name: 'transfer_to_refunds',
        description: '',
        parameters: { type: 'object', properties: {} },
      },
    },
  ]);
});
