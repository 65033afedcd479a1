/** Requests that the API would refuse: answers to calls that are not in the history. */
import OpenAI from 'openai';
import { invariants } from 'swarmcheck/fast-check';
import { callTool, externalAgent, runScenario, say, user } from 'swarmcheck/testing';
import { expect, test } from 'vitest';

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

test('an app that sends an answer without its call breaks an invariant', async () => {
  const app = externalAgent(async ({ message, baseURL, apiKey, fetch }) => {
    const client = new OpenAI({ baseURL, apiKey, fetch, maxRetries: 0, logLevel: 'off' });
    const ask = (messages: Message[]) =>
      client.chat.completions.create({
        model: 'gpt-4o',
        messages,
        tools: [{ type: 'function', function: { name: 'look_up' } }],
      });
    const asked = [{ role: 'user', content: message } as const];
    const [choice] = (await ask(asked)).choices;
    const id = choice!.message.tool_calls![0]!.id;
    // An app that trims its history does this.
    await ask([...asked, { role: 'tool', tool_call_id: id, content: 'found' }]);
  });
  const run = await runScenario({ agent: app, steps: [user('hi'), callTool('look_up'), say('ok')] });
  expect(() => invariants['every-call-answered-once'](run)).toThrow('but no call comes before it');
});
