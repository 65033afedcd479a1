import { Agent, Swarm, tool, type Message, type Response } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

const openGate = tool({
  name: 'open_gate',
  description: 'Opens a gate of the dam.',
  parameters: z.object({ gate: z.number() }),
  execute: ({ gate }) => `gate ${gate} is open`,
});
const dam = new Agent({ name: 'Dam', instructions: 'Operate the dam.', functions: [openGate] });
const asked: Message = { role: 'user', content: 'The water is too high.' };

/** After an interruption, an app shows each pending call to a person, and runs the approved calls. */
function answersTo(response: Response, approve: (call: string) => boolean): Message[] {
  const last = response.messages.at(-1);
  if (last?.role !== 'assistant') return [];
  return (last.tool_calls ?? []).map((call) => {
    if (call.type !== 'function') throw new Error(`unexpected call of type ${call.type}`);
    const { contextVariables } = response;
    const context = { contextVariables, toolCallId: call.id, signal: new AbortController().signal };
    const content = approve(`${call.function.name} ${call.function.arguments}`)
      ? openGate.execute(JSON.parse(call.function.arguments), context)
      : 'The operator on duty did not allow this.';
    return { role: 'tool', tool_call_id: call.id, content };
  });
}

test('an approved call runs, and the conversation continues with its result', async ({ script }) => {
  const provider = script([callTool('open_gate', { gate: 2 }), say('Gate 2 is open now.')]);
  const swarm = new Swarm({ provider });
  const interrupted = await swarm.run({ agent: dam, messages: [asked], executeTools: false });
  expect(interrupted).toBeInterrupted({ pending: [{ tool: 'open_gate', args: { gate: 2 } }] });

  const shown: string[] = [];
  const answers = answersTo(interrupted, (call) => shown.push(call) > 0);
  const messages = [asked, ...interrupted.messages, ...answers];
  const resumed = await swarm.run({ agent: interrupted.agent, messages });

  expect(shown).toEqual(['open_gate {"gate":2}']);
  expect(resumed).toHaveStoppedBecause('completed');
  expect(resumed).toHaveSeen({ agent: 'Dam', message: 'gate 2 is open' });
  expect(resumed.messages).toEqual([{ role: 'assistant', content: 'Gate 2 is open now.', sender: 'Dam' }]);
});

test('a declined call does not run, and the model gets the reason', async ({ script }) => {
  const provider = script([callTool('open_gate', { gate: 2 }), say('Then I leave it closed.')]);
  const swarm = new Swarm({ provider });
  const interrupted = await swarm.run({ agent: dam, messages: [asked], executeTools: false });

  const messages = [asked, ...interrupted.messages, ...answersTo(interrupted, () => false)];
  const resumed = await swarm.run({ agent: interrupted.agent, messages });

  expect(resumed).toHaveSeen({ message: 'did not allow this' });
  expect(resumed).not.toHaveSeen({ message: 'is open' });
  expect(resumed).toHaveStoppedBecause('completed');
});
