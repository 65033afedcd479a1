import { Agent, tool, type Hooks } from 'swarmcheck';
import { callTool, runScenario, say, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

const billing = new Agent({
  name: 'Billing',
  functions: [
    function list_payments() {
      return 'two, with 5500 0000 0000 0004';
    },
    tool({
      name: 'refund',
      parameters: z.object({ card: z.string() }),
      execute: ({ card }) => `refunded to ${card}`,
    }),
  ],
});

const steps = [
  user('I paid twice. Write to ann@example.com.'),
  callTool('list_payments'),
  callTool('refund', { card: '5500 0000 0000 0004' }),
  say('Refunded, I write to ann@example.com.'),
];

const redact = (text: string) =>
  text.replaceAll(/\d{4} \d{4} \d{4} \d{4}/g, '[card]').replaceAll(/\w+@\w+\.\w+/g, '[e-mail]');

/**
 * A log that is safe to keep. Hooks get read-only data, so they only redact their log. To keep data from the model,
 * use a provider (redacting-provider.test.ts).
 */
function redactingLog(lines: string[]): Hooks {
  const write = (line: string): void => void lines.push(redact(line));
  return {
    beforeModel: ({ request }) => write(`shown: ${request.messages.at(-1)?.content as string}`),
    afterModel: ({ completion }) => write(`says: ${completion.choices[0]?.message.content}`),
    beforeTool: ({ name, args }) => write(`${name} is given ${JSON.stringify(args)}`),
    afterTool: ({ name, content }) => write(`${name} answers: ${content}`),
  };
}

for (const stream of [false, true]) {
  test(`a hook redacts addresses and cards in its log, but not in the run, ${stream ? 'streamed' : 'unstreamed'}`, async () => {
    const log: string[] = [];
    const run = await runScenario({ agent: billing, steps, hooks: redactingLog(log) }, { stream });

    expect(log).toEqual([
      'shown: I paid twice. Write to [e-mail].',
      'says: null',
      'list_payments is given {}',
      'list_payments answers: two, with [card]',
      'shown: two, with [card]',
      'says: null',
      'refund is given {"card":"[card]"}',
      'refund answers: refunded to [card]',
      'shown: refunded to [card]',
      'says: Refunded, I write to [e-mail].',
    ]);
    expect(run).toHaveSeen({ agent: 'Billing', message: 'ann@example.com' });
    expect(run).toHaveSeen({ agent: 'Billing', message: 'two, with 5500 0000 0000 0004' });
    expect(run).toHaveToolResult('refund', 'refunded to 5500 0000 0000 0004');
    // The hook does not change the run.
    expect(run).toHaveSameTraceAs(await runScenario({ agent: billing, steps }));
  });
}
