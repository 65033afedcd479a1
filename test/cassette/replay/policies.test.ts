/** The policies for drift in a replay. */
import { expect, test, vi } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  cassetteProvider,
  CassetteMismatchError,
  CassetteMissError,
  replayProvider,
  say,
  type MismatchPolicy,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, record, user } from './tapes.ts';

/** Asks until the model gives a text; each result of the tool is another message of the history. */
async function forecast(provider: CompletionProvider, weather = 'sunny', instructions = 'Be brief.') {
  const agent = new Agent({
    instructions,
    functions: [
      function look_outside() {
        return weather;
      },
    ],
  });
  return await new Swarm({ provider }).run({ agent, messages: [user('Is it warm?')] });
}

const steps = [callTool('look_outside'), callTool('look_outside'), say('Yes.')];

/** Records a forecast, and returns the path. */
async function recorded(folder: Folder): Promise<string> {
  await record(folder.file(), steps, (provider) => forecast(provider));
  return folder.file();
}

function stderr() {
  return vi.spyOn(process.stderr, 'write').mockReturnValue(true);
}

test('the policy "error" ends the run at the first request that differs', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder));
  const error = await rejection(forecast(provider, 'rainy'));
  expect(error).toBeInstanceOf(CassetteMismatchError);
  expect(provider.summary).toEqual({ served: 1, exact: 1, drifted: 1, unused: 1 });
});

test('the policy is "error" if it is undefined', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder), { onMismatch: undefined });
  await expect(forecast(provider, 'rainy')).rejects.toThrow(CassetteMismatchError);
});

test('after a mismatch, every further request of the conversation rejects with it', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder));
  const first = await rejection(answerTo(provider, 'Is it cold?'));
  expect(await rejection(answerTo(provider, 'Is it cold?'))).toBe(first);
  expect(provider.summary).toMatchObject({ served: 0, unused: 2 });
});

test('the policy "warn" writes the drift to stderr, and gives the answer', async ({ expect }) => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder), { onMismatch: 'warn' });
  using write = stderr();
  const response = await forecast(provider, 'sunny', 'Be kind.');
  expect(response.messages.at(-1)?.content).toBe('Yes.');
  expect(write.mock.calls.map(([text]) => String(text).replaceAll(folder.path, '…'))).toMatchInlineSnapshot(`
    [
      "This request differs from the recorded one (…/c.json, interaction 1).
    The instructions of agent "Agent" changed:
      -Be brief.
      +Be kind.
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/policies.test.ts
    ",
    ]
  `);
});

test('the same drift is written once, however many requests have it', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder), { onMismatch: 'warn' });
  using write = stderr();
  await forecast(provider, 'rainy', 'Be kind.');
  // The instructions at the first request, the result of the tool at the second.
  expect(write).toHaveBeenCalledTimes(2);
  expect(provider.summary).toEqual({ served: 3, exact: 0, drifted: 3, unused: 0 });
});

test('a second drift is written without the first', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder), { onMismatch: 'warn' });
  using write = stderr();
  await forecast(provider, 'rainy', 'Be kind.');
  expect(String(write.mock.calls[0]?.[0])).not.toContain('rainy');
  expect(String(write.mock.calls[1]?.[0])).toContain('rainy');
  expect(String(write.mock.calls[1]?.[0])).not.toContain('Be kind.');
});

test('a warning is not a failure: nothing is thrown at the end', async () => {
  using folder = new Folder();
  using write = stderr();
  {
    using provider = replayProvider(await recorded(folder), { onMismatch: 'warn' });
    await forecast(provider, 'rainy');
    provider.assertComplete();
  }
  expect(write).toHaveBeenCalledTimes(1);
});

test('the policy "ignore" counts the drift, and writes nothing', async () => {
  using folder = new Folder();
  using provider = replayProvider(await recorded(folder), { onMismatch: 'ignore' });
  using write = stderr();
  const response = await forecast(provider, 'rainy');
  expect(response.messages.map(({ content }) => content)).toEqual([null, 'rainy', null, 'rainy', 'Yes.']);
  expect(write).not.toHaveBeenCalled();
  expect(provider.summary).toEqual({ served: 3, exact: 1, drifted: 2, unused: 0 });
});

test.for(['warn', 'ignore'] as const)(
  'a request beyond the end is an error with the policy %s',
  async (onMismatch) => {
    using folder = new Folder();
    const provider = replayProvider(await recorded(folder), { onMismatch });
    await forecast(provider);
    await expect(answerTo(provider, 'Is it cold?')).rejects.toThrow(CassetteMissError);
  },
);

test('without drift, every served interaction is exact', async () => {
  using folder = new Folder();
  using provider = replayProvider(await recorded(folder));
  expect(provider.summary).toEqual({ served: 0, exact: 0, drifted: 0, unused: 3 });
  await forecast(provider);
  expect(provider.summary).toEqual({ served: 3, exact: 3, drifted: 0, unused: 0 });
});

test.for<MismatchPolicy>(['error', 'warn', 'ignore'])(
  'cassetteProvider has the policy %s as well',
  async (onMismatch) => {
    using folder = new Folder();
    const provider = cassetteProvider(undefined, {
      cassette: await recorded(folder),
      mode: 'none',
      onMismatch,
    });
    using write = stderr();
    const outcome = await Promise.allSettled([forecast(provider, 'sunny', 'Be kind.')]);
    expect(outcome[0].status).toBe(onMismatch === 'error' ? 'rejected' : 'fulfilled');
    expect(write).toHaveBeenCalledTimes(onMismatch === 'warn' ? 1 : 0);
    expect(provider.summary.drifted).toBe(onMismatch === 'error' ? 1 : 3);
  },
);

test('assertComplete throws a mismatch that code swallowed', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder));
  const error = await rejection(forecast(provider, 'rainy'));
  expect(thrown(() => provider.assertComplete())).toBe(error);
  expect(thrown(() => provider.assertComplete())).toBe(error);
});

test('assertComplete throws the error of a request beyond the end that code swallowed', async () => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder));
  await forecast(provider);
  const error = await rejection(answerTo(provider, 'Is it cold?'));
  expect(thrown(() => provider.assertComplete())).toBe(error);
});

test('assertComplete throws the first of several mismatches', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('a'), say('b')], async (provider) => {
    await answerTo(provider, 'a', { conversation: 'a' });
    await answerTo(provider, 'b', { conversation: 'b' });
  });
  const provider = replayProvider(folder.file());
  const first = await rejection(provider.complete(asking(user('A')), { conversation: 'a' }));
  await rejection(provider.complete(asking(user('B')), { conversation: 'b' }));
  expect(thrown(() => provider.assertComplete())).toBe(first);
});
