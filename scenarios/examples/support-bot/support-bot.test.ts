import { Conversation, Swarm } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { makeSupportBot } from './agents.ts';

test('conversations with one bot have separate tickets', async ({ script }) => {
  const ticket = { subject: 'Risers', description: 'Can they be borrowed?' };
  const steps = [callTool('transfer_to_help_center'), callTool('submit_ticket', ticket), say('It is T-1.')];
  const swarm = new Swarm({ provider: script([...steps, ...steps]) });
  const agent = await makeSupportBot();
  for (const message of ['Do you lend risers?', 'Are there risers to borrow?']) {
    const conversation = new Conversation({ swarm, agent });
    await conversation.send(message);
    expect(conversation.contextVariables).toEqual({ tickets: [{ number: 'T-1', ...ticket }] });
  }
});
