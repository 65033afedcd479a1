import { expect, test } from 'vitest';
import { Agent, Swarm, tool } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { answeredBy, asking, completion, saying } from '../support/completions.ts';
import { eventsOf } from '../support/runs.ts';

const count = 100;

/** Lets other runs continue, this many times. */
async function step(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await Promise.resolve();
}

/** Answers according to the last message, after a wait that differs between the conversations. */
const provider = answeredBy(async (request, options) => {
  const me = options!.conversation!;
  await step((Number(me) * 7) % 11);
  const last = request.messages.at(-1)!;
  if (last.role === 'user')
    return completion(
      asking({
        id: `id-${me}`,
        function: { name: 'remember', arguments: JSON.stringify({ who: last.content }) },
      }),
    );
  return saying(`${request.messages[0]!.content as string} ${last.content as string}`);
});

const agent: Agent = new Agent({
  instructions: ({ who }: { who?: string }) => `I am ${who ?? 'nobody'}.`,
  functions: [
    tool({
      name: 'remember',
      parameters: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
      async execute({ who }, { contextVariables, toolCallId }) {
        await step(String(who).length);
        contextVariables['who'] = who;
        return `${toolCallId} remembers ${who}`;
      },
    }),
  ],
});

for (const stream of [false, true]) {
  test(`${count} concurrent runs of one swarm do not mix, ${stream ? 'streamed' : 'unstreamed'}`, async () => {
    const swarm = new Swarm({ provider });
    const responses = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const options = {
          agent,
          messages: [{ role: 'user' as const, content: `user ${index}` }],
          contextVariables: { index },
          conversation: `${index}`,
        };
        if (!stream) return await swarm.run(options);
        const last = (await eventsOf(swarm.run({ ...options, stream: true }))).at(-1)!;
        return 'response' in last ? last.response : undefined;
      }),
    );
    for (const [index, response] of responses.entries()) {
      const who = `user ${index}`;
      expect(response?.messages.at(-1)?.content).toBe(`I am ${who}. id-${index} remembers ${who}`);
      expect(response?.contextVariables).toEqual({ index, who });
      expect(traceOf(response!).requests.every(({ request }) => request.messages[1]?.content === who)).toBe(
        true,
      );
    }
  });
}

test('two streams of one swarm can be read alternately', async () => {
  const swarm = new Swarm({ provider });
  const readers = ['1', '2'].map((conversation) => {
    const messages = [{ role: 'user' as const, content: conversation }];
    const stream = swarm.run({ agent, messages, conversation, stream: true });
    return stream[Symbol.asyncIterator]();
  });
  const lengths = [0, 0];
  const ends: unknown[] = [];
  for (let open = 2; open > 0;) {
    for (const [index, reader] of readers.entries()) {
      const { done, value } = await reader.next();
      if (done) continue;
      lengths[index]!++;
      if ('response' in value) {
        ends[index] = value.response.contextVariables;
        open--;
      }
    }
  }
  expect(lengths[0]).toBe(lengths[1]);
  expect(ends).toEqual([{ who: '1' }, { who: '2' }]);
});
