import { Agent, Swarm, type CompletionProvider, type CompletionRequest, type Response } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const billing = new Agent({
  name: 'Billing',
  instructions: ({ email }) => `Help the customer ${email}.`,
  functions: [
    function charge({ card }) {
      return `charged ${card}`;
    },
  ],
});
const contextVariables = { email: 'ann@example.com', card: '5500 0000 0000 0004' };
const messages = [{ role: 'user' as const, content: 'Charge 5500 0000 0000 0004.' }];

const redact = (text: string) =>
  text.replaceAll(/\d{4} \d{4} \d{4} \d{4}/g, '[card]').replaceAll(/\w+@\w+\.\w+/g, '[e-mail]');

/**
 * A provider that redacts requests before the model gets them. A hook cannot do this, because it gets read-only data;
 * a provider around another one can.
 */
function redacting(inner: CompletionProvider): CompletionProvider {
  const redacted = (request: CompletionRequest): CompletionRequest => ({
    ...request,
    // Redacts the messages as JSON text, so that it misses nothing: instructions, arguments, message parts.
    messages: JSON.parse(redact(JSON.stringify(request.messages))) as CompletionRequest['messages'],
  });
  return {
    complete: (request, options) => inner.complete(redacted(request), options),
    stream: (request, options) => inner.stream(redacted(request), options),
  };
}

async function runWith(provider: CompletionProvider, stream: boolean): Promise<Response> {
  const options = { agent: billing, messages, contextVariables };
  const swarm = new Swarm({ provider });
  if (!stream) return await swarm.run(options);
  for await (const event of swarm.run({ ...options, stream: true })) {
    if ('response' in event) return event.response;
  }
  throw new Error('The stream ended without a response.');
}

test('a wrapping provider hides addresses and cards from the model, but not from tools', async ({
  script,
}) => {
  const responses: Response[] = [];
  for (const stream of [false, true]) {
    const model = script([callTool('charge'), say('Done.')]);
    responses.push(await runWith(redacting(model), stream));

    const shown = model.requests.at(-1)?.messages.map(({ content }) => content);
    expect(shown).toEqual(['Help the customer [e-mail].', 'Charge [card].', null, 'charged [card]']);
  }
  const [whole, streamed] = responses;
  expect(streamed).toHaveSameTraceAs(traceOf(whole!));
  expect(whole).toHaveToolResult('charge', 'charged 5500 0000 0000 0004');
  // A trace contains the requests of the run, before the provider redacts them.
  expect(whole).toHaveSeen({ instructions: 'ann@example.com', message: 'charged 5500 0000 0000 0004' });
});
