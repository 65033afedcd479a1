import { Agent, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const count = 10_000;

test('ten thousand conversations are in flight at once, and each gets its own answer', async () => {
  let inFlight = 0;
  let most = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const gate = new Agent<{ ticket: number }>({
    name: 'Gate',
    functions: [
      tool({
        name: 'wait_at_the_gate',
        async execute(_args, { contextVariables }) {
          most = Math.max(most, ++inFlight);
          // The last conversation to arrive opens the gate for all.
          if (inFlight === count) open();
          await opened;
          inFlight--;
          return `ticket ${contextVariables['ticket']}`;
        },
      }),
    ],
  });
  const models = Array.from({ length: count }, () =>
    scriptedProvider([
      callTool('wait_at_the_gate'),
      ({ messages }) => say(`Welcome with ${messages.at(-1)?.content as string}.`),
    ]),
  );
  const provider: CompletionProvider = {
    complete: (request, options) => models[Number(options!.conversation)]!.complete(request, options),
    stream: (request, options) => models[Number(options!.conversation)]!.stream(request, options),
  };
  const swarm = new Swarm({ provider });
  const responses = await Promise.all(
    models.map((_model, ticket) =>
      swarm.run({
        agent: gate,
        messages: [{ role: 'user', content: 'Let me in.' }],
        contextVariables: { ticket },
        conversation: String(ticket),
      }),
    ),
  );

  expect(most).toBe(count);
  expect(inFlight).toBe(0);
  const wrong = responses.filter(
    ({ messages }, ticket) => messages.at(-1)?.content !== `Welcome with ticket ${ticket}.`,
  );
  expect(wrong).toEqual([]);
  for (const model of models) model.assertComplete();
});
