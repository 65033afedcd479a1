/** Records an app of another SDK over the wire and replays it, whichever way it sends its requests. */
import {
  callTool,
  externalAgent,
  recordingProvider,
  replayProvider,
  runScenario,
  say,
  scriptedProvider,
  user,
  type Scenario,
} from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { expect, test } from 'vitest';
import { Folder } from '../cassette/folder.ts';
import { clientOf, habits, refundApp } from '../support/refund-app.ts';

const steps = [user('Refund A-17.'), user('Thank you.')];
const answers = () =>
  scriptedProvider([
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('Done.'),
    say('Goodbye.'),
  ]);

async function record(cassette: string, scenario: Scenario) {
  await using provider = recordingProvider(answers(), { cassette });
  return await runScenario(scenario, { provider });
}

test.for(habits)(
  'a replayed app repeats its recorded run, whichever way it sends requests: $by, streamed: $stream',
  async (habit) => {
    using folder = new Folder();
    const recorded = await record(folder.file(), { agent: refundApp(habit), steps });
    expect(recorded).toHaveToolCalls(['transfer_to_refunds', 'issue_refund']);
    const hashes: string[] = [];
    for (const other of habits) {
      const provider = replayProvider(folder.file());
      const run = await runScenario({ agent: refundApp(other), steps }, { provider });
      expect(run.failures).toEqual([]);
      expect(run).toHaveToolCalls(['transfer_to_refunds', 'issue_refund']);
      // When a client sends back a streamed message, it adds fields of its own, so that the hashes differ.
      if (other.stream === habit.stream) hashes.push(run.trace.hash);
      expect(provider.summary).toEqual({ served: 4, exact: 4, drifted: 0, unused: 0 });
    }
    expect(hashes).toEqual([recorded.trace.hash, recorded.trace.hash]);
  },
);

test('a drifted request fails the scenario, even if the app retries and swallows the error', async () => {
  using folder = new Folder();
  await record(folder.file(), { agent: refundApp(), steps });
  const agent = externalAgent(async (turn) => {
    const client = clientOf(turn, { by: 'baseURL', maxRetries: 5 });
    const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: turn.message }] };
    await client.chat.completions.create(request).catch(() => {});
  });
  const provider = replayProvider(folder.file());
  const { passed, error } = await runScenario({ agent, steps: [user('Refund A-18.')] }, { provider });
  expect(passed).toBe(false);
  expect(error).toMatchObject({
    name: 'CassetteMismatchError',
    drift: [
      { part: 'instructions', name: 'Agent' },
      { part: 'tools', name: 'transfer_to_refunds' },
      { part: 'history', at: 0, diff: '-user: Refund A-17.\n+user: Refund A-18.' },
    ],
  });
  expect(provider.summary).toMatchObject({ served: 0, drifted: 1 });
});
