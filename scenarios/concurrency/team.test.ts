import { Agent, Swarm, type CompletionProvider, type Response } from 'swarmcheck';
import { callTool, say, traceOf, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const beats = ['Weather', 'Sports', 'Politics'];

/** A reporter whose research ends when the test calls `comeBack`. */
function reporterOn(beat: string) {
  let comeBack = () => {};
  const back = new Promise<void>((resolve) => (comeBack = resolve));
  const agent = new Agent({
    name: beat,
    instructions: `Report on ${beat}.`,
    functions: [
      async function research() {
        await back;
        return `the news of ${beat}`;
      },
    ],
  });
  return { agent, comeBack };
}

async function report(swarm: Swarm, agent: Agent, stream: boolean): Promise<Response> {
  const run = { agent, messages: [{ role: 'user' as const, content: 'What is new today?' }] };
  if (!stream) return await swarm.run(run);
  for await (const event of swarm.run({ ...run, stream: true })) {
    if ('response' in event) return event.response;
  }
  throw new Error('The stream ended without a response.');
}

const research = callTool('research');
// A report repeats the instructions and the research, so that a mix-up shows.
const writeUp: Step = ({ messages }) =>
  say(`${messages[0]?.content as string} ${messages.at(-1)?.content as string}`);
/** Each request takes the next step: first three research calls, then three reports. */
const steps = [research, research, research, writeUp, writeUp, writeUp];

/** Starts the whole team at once, ends their research in reverse order, and collects the reports. */
async function edition(provider: CompletionProvider, stream: boolean) {
  const swarm = new Swarm({ provider });
  const reporters = beats.map(reporterOn);
  const finished: string[] = [];
  const runs = reporters.map(async ({ agent }) => {
    const response = await report(swarm, agent, stream);
    finished.push(response.agent.name);
    return response;
  });
  const all = Promise.all(runs);
  for (const index of [2, 1, 0]) {
    reporters[index]!.comeBack();
    await runs[index];
  }
  return { finished, responses: await all };
}

for (const stream of [false, true]) {
  test(`the reports of a team are in the requested order, not in the order of completion, ${stream ? 'streamed' : 'unstreamed'}`, async ({
    script,
  }) => {
    const { finished, responses } = await edition(script(steps), stream);

    expect(finished).toEqual(['Politics', 'Sports', 'Weather']);
    const written = responses.map(({ messages }) => messages.at(-1));
    expect(written).toEqual(
      beats.map((beat) => ({
        role: 'assistant',
        content: `Report on ${beat}. the news of ${beat}`,
        sender: beat,
      })),
    );
  });
}

test('each reporter leaves the same trace, streamed or not', async ({ script }) => {
  const whole = await edition(script(steps), false);
  const streamed = await edition(script(steps), true);

  for (const [index, response] of streamed.responses.entries()) {
    expect(response).toHaveSameTraceAs(traceOf(whole.responses[index]!));
    expect(response).toHaveToolResult('research', `the news of ${beats[index]}`);
  }
});
