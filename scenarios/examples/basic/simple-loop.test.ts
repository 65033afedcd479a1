import { Agent, Swarm, type Message } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const baker = new Agent({
  name: 'Baker',
  functions: [
    function to_pastry() {
      return pastry;
    },
  ],
});
const pastry = new Agent({ name: 'Pastry' });

/** A loop as an app would write it: reads a line, runs, prints, and keeps the history and the agent. */
async function chat(swarm: Swarm, lines: readonly string[], print: (line: string) => void): Promise<void> {
  let agent = baker;
  const messages: Message[] = [];
  for (const line of lines) {
    messages.push({ role: 'user', content: line });
    const response = await swarm.run({ agent, messages });
    messages.push(...response.messages);
    ({ agent } = response);
    for (const { role, sender, content } of response.messages) {
      if (role === 'assistant' && typeof content === 'string') print(`${sender}: ${content}`);
    }
  }
}

test('a loop around run continues the conversation with the active agent', async ({ script }) => {
  const provider = script([
    say('Morning! Bread or cake?'),
    callTool('to_pastry'),
    say('Cherry or plum?'),
    say('One slice of plum.'),
  ]);
  const printed: string[] = [];
  await chat(new Swarm({ provider }), ['Hi.', 'Cake, please.', 'Plum.'], (line) => printed.push(line));

  expect(printed).toEqual([
    'Baker: Morning! Bread or cake?',
    'Pastry: Cherry or plum?',
    'Pastry: One slice of plum.',
  ]);
  const shown = provider.requests.at(-1)?.messages.map(({ role }) => role);
  expect(shown?.join(' ')).toBe('system user assistant user assistant tool assistant user');
});
