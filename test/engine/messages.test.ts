import { expect, test } from 'vitest';
import { callTool, refuse, say } from 'swarmcheck/testing';
import { salesTeam } from '../support/agents.ts';
import { answeredBy, completion, saying } from '../support/completions.ts';
import { bothWays } from '../support/runs.ts';

const { triage } = salesTeam({ handsBack: false });

test.for(bothWays)(
  'assistant messages carry their sender, and tool messages the name of their tool, %s',
  async ([, run]) => {
    const { messages } = await run({ agent: triage, steps: [callTool('to_sales'), say('Hello.')] });
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'to_sales', arguments: '{}' } }],
        sender: 'Triage',
      },
      { role: 'tool', tool_call_id: 'call_1', tool_name: 'to_sales', content: '{"assistant":"Sales"}' },
      { role: 'assistant', content: 'Hello.', sender: 'Sales' },
    ]);
  },
);

test.for(bothWays)(
  'the answer to an unknown tool carries the name that the model called, %s',
  async ([, run]) => {
    const { messages } = await run({
      agent: triage,
      steps: [callTool('to_slaes', {}, { hallucinated: true }), say('Oh.')],
    });
    expect(messages[1]).toMatchObject({ role: 'tool', tool_name: 'to_slaes', tool_call_id: 'call_1' });
  },
);

test.for(bothWays)('a refusal is kept, %s', async ([, run]) => {
  const { messages } = await run({ steps: [refuse('I won’t.')] });
  expect(messages).toEqual([{ role: 'assistant', content: null, refusal: 'I won’t.', sender: 'Agent' }]);
});

test.for(bothWays)(
  "null fields are left out, and null content becomes '' without calls or a refusal, %s",
  async ([, run]) => {
    const message = { role: 'assistant', content: null, refusal: null, audio: null, function_call: null };
    const { messages } = await run({ provider: answeredBy(() => completion(message)) });
    // In a request, the API accepts null content only beside tool calls or a refusal.
    expect(messages).toEqual([{ role: 'assistant', content: '', sender: 'Agent' }]);
  },
);

test.for(bothWays)(
  'unknown fields of a message are kept in the response and in later requests, %s',
  async ([, run]) => {
    const call = { id: 'a', type: 'function', function: { name: 'to_sales', arguments: '{}' } };
    const requests: unknown[] = [];
    const provider = answeredBy((request, _options, count) => {
      requests.push(request.messages.at(-2));
      return count === 1
        ? completion({
            role: 'assistant',
            content: null,
            tool_calls: [call],
            reasoning_content: 'Sales it is.',
          })
        : saying('ok');
    });
    const { messages } = await run({ agent: triage, provider });
    expect(messages[0]).toHaveProperty('reasoning_content', 'Sales it is.');
    expect(requests[1]).toHaveProperty('reasoning_content', 'Sales it is.');
  },
);

test.for(bothWays)('a message field named __proto__ is an ordinary field, %s', async ([, run]) => {
  const message = JSON.parse(
    '{"role":"assistant","content":"ok","__proto__":{"tool_calls":[{"id":"x"}]}}',
  ) as object;
  const { messages } = await run({ provider: answeredBy(() => completion(message, 'stop')) });
  expect(Object.getPrototypeOf(messages[0])).toBe(Object.prototype);
  expect(messages[0]).not.toHaveProperty('tool_calls');
});
