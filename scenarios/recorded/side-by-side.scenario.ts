import OpenAI from 'openai';
import { callTool, defineScenario, externalAgent, say, user, type Step } from 'swarmcheck/testing';

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

const sources = {
  type: 'function' as const,
  function: { name: 'find_sources', parameters: { type: 'object' } },
};

/** An app's own loop. */
async function ask(
  client: OpenAI,
  instructions: string,
  question: string,
  tools: (typeof sources)[],
): Promise<string> {
  const messages: Message[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: question },
  ];
  for (;;) {
    const request = { model: 'gpt-4o', messages, temperature: 0, ...(tools.length > 0 && { tools }) };
    const answer = (await client.chat.completions.create(request)).choices[0]!.message;
    messages.push(answer);
    if (!answer.tool_calls) return answer.content ?? '';
    for (const { id } of answer.tool_calls)
      messages.push({ role: 'tool', tool_call_id: id, content: 'two papers' });
  }
}

const isResearch: (request: { messages: readonly Message[] }) => boolean = ({ messages }) =>
  messages[0]?.content === 'Research.';

/** The first answer of either conversation, then any answer that is due: the order of the requests varies. */
const first: Step = (request) => (isResearch(request) ? callTool('find_sources') : say('Bees dance.'));
const second: Step = (request) =>
  isResearch(request) && request.messages.length > 2 ? say('Two papers say so.') : first(request);

/**
 * Recorded as fixtures/cassettes/side-by-side.json: an app with its own client asks a researcher and a writer
 * concurrently, with the same question. The two conversations are replayed independently.
 */
export default defineScenario({
  name: 'side by side',
  agent: externalAgent(async ({ message, baseURL, apiKey, fetch }) => {
    const client = new OpenAI({ baseURL, apiKey, fetch, maxRetries: 0 });
    const [research, text] = await Promise.all([
      ask(client, 'Research.', message, [sources]),
      ask(client, 'Write.', message, []),
    ]);
    return `${text} ${research}`;
  }),
  steps: [user('How do bees find their way?'), first, second, second],
  expect: { stopReason: 'completed' },
});
