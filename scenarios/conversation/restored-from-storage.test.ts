import { Agent, Conversation, Result, Swarm, tool } from 'swarmcheck';
import { callTool, say, traceOf, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

/** The agents, created again in every process: storage contains only text. */
function library() {
  const loans = new Agent({
    name: 'Loans',
    instructions: ({ card, borrowed = [] }) => `Lend books on card ${card}. Lent: ${borrowed.join(', ')}.`,
    functions: [
      tool({
        name: 'lend',
        parameters: z.object({ title: z.string() }),
        execute({ title }, { contextVariables }) {
          (contextVariables['borrowed'] ??= []).push(title);
          return `${contextVariables['borrowed'].length} on card ${contextVariables['card']}`;
        },
      }),
    ],
  });
  const desk = new Agent({
    name: 'Desk',
    functions: [
      function transfer_to_loans() {
        return new Result({ agent: loans, contextVariables: { card: 12 } });
      },
    ],
  });
  return { desk, loans };
}

const steps = [
  user('Emma, please.'),
  callTool('transfer_to_loans'),
  callTool('lend', { title: 'Emma' }),
  say('Emma is yours.'),
  user('And Persuasion.'),
  callTool('lend', { title: 'Persuasion' }),
  say('Persuasion, too.'),
];

test('a restored conversation continues as if it had never been stored', async ({ script }) => {
  const model = script(steps);
  const before = new Conversation({ swarm: new Swarm({ provider: model }), agent: library().desk, id: '12' });
  await before.send('Emma, please.');
  const stored: string = JSON.stringify(before);

  const { desk, loans } = library();
  const swarm = new Swarm({ provider: model });
  const restored = Conversation.restore(JSON.parse(stored), { swarm, agents: [desk, loans] });
  const response = await restored.send('And Persuasion.');

  expect(restored.agent).toBe(loans);
  expect(response).toHaveSeen({ agent: 'Loans', instructions: 'on card 12. Lent: Emma.', tools: ['lend'] });
  expect(response).toHaveToolResult('lend', '2 on card 12');
  expect(restored.contextVariables).toEqual({ card: 12, borrowed: ['Emma', 'Persuasion'] });
  const shown = traceOf(response).requests[0]?.request.messages.map(({ role }) => role);
  expect(shown?.join(' ')).toBe('system user assistant tool assistant tool assistant user');

  // Without storage, the model gets the same requests.
  const sameModel = script(steps);
  const kept = new Conversation({
    swarm: new Swarm({ provider: sameModel }),
    agent: library().desk,
    id: '12',
  });
  await kept.send('Emma, please.');
  expect(response).toHaveSameTraceAs(traceOf(await kept.send('And Persuasion.')));
  expect(model.requests).toEqual(sameModel.requests);
  expect(JSON.stringify(restored)).toBe(JSON.stringify(kept));
});
